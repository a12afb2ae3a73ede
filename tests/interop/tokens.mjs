// npm's jose, both ways: it verifies the tokens that we sign, and signs tokens for us. Of a `vc+jwt` it is given the
// issuer's document, and finds the key as VC-JOSE-COSE has it: a JsonWebKey, by its URL, which is the token's `kid`.
//
// node tokens.mjs JOB.json → one line of JSON {verified: {name: claims | null}, signed: {name: token}}
// JOB.json: {"verify": {name: {token, jwk, document, typ, algorithm}}, "sign": {name: {header, claims, jwk}}}

import {readFile} from 'node:fs/promises';
import {CompactSign, compactVerify, decodeProtectedHeader, importJWK} from 'jose';

const job = JSON.parse(await readFile(process.argv[2], 'utf8'));

function published(document, token) {
  const {kid} = decodeProtectedHeader(token);
  const method = document.verificationMethod.find(({id, type}) => id === kid && type === 'JsonWebKey');
  return document.assertionMethod.includes(kid) ? method.publicKeyJwk : null;
}

const verified = {};
for(const [name, {token, jwk, document, typ, algorithm}] of Object.entries(job.verify)) {
  try {
    const key = await importJWK(document ? published(document, token) : jwk, algorithm);
    const {payload, protectedHeader} = await compactVerify(token, key, {algorithms: [algorithm]});
    verified[name] = protectedHeader.typ === typ ? JSON.parse(new TextDecoder().decode(payload)) : null;
  } catch {
    verified[name] = null;
  }
}

const signed = {};
for(const [name, {header, claims, jwk}] of Object.entries(job.sign)) {
  const key = await importJWK(jwk, header.alg);
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  signed[name] = await new CompactSign(payload).setProtectedHeader(header).sign(key);
}

console.log(JSON.stringify({verified, signed}));
