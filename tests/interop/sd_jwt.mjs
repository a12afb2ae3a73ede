// npm's @sd-jwt/sd-jwt-vc, asked over stdin by one JSON object: {do: 'verify' | 'present' | 'issue', …}; answers on stdout.

import {createHash, randomBytes, webcrypto} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';

const ES256 = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};

const hasher = (data, name) => createHash(name.replace('-', '')).update(Buffer.from(data)).digest();
const saltGenerator = (length) => randomBytes(length).toString('base64url');

async function signer(jwk) {
  const key = await webcrypto.subtle.importKey('jwk', jwk, ES256, false, ['sign']);
  return async (data) => Buffer.from(await webcrypto.subtle.sign(ES256, key, Buffer.from(data))).toString('base64url');
}

async function verifier(jwk) {
  const key = await webcrypto.subtle.importKey('jwk', jwk, ES256, false, ['verify']);
  return (data, signature) => webcrypto.subtle.verify(ES256, key, Buffer.from(signature, 'base64url'), Buffer.from(data));
}

async function answer(asked) {
  const algorithms = {hasher, hashAlg: 'sha-256', saltGenerator, signAlg: 'ES256', kbSignAlg: 'ES256'};
  if(asked.do === 'verify') {
    const peer = new SDJwtVcInstance({
      ...algorithms,
      verifier: await verifier(asked.issuer),
      kbVerifier: asked.nonce ? await verifier(asked.holder) : undefined,
   });
    const {payload} = await peer.verify(asked.credential, {keyBindingNonce: asked.nonce});
    return {claims: payload};
 }
  const peer = new SDJwtVcInstance({
    ...algorithms,
    signer: asked.issuer && (await signer(asked.issuer)),
    kbSigner: asked.holder && (await signer(asked.holder)),
 });
  if(asked.do === 'issue') {
    return {credential: await peer.issue(asked.claims, asked.frame)};
 }
  return {credential: await peer.present(asked.credential, asked.frame, {kb: {payload: asked.kb}})};
}

try {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(readFileSync(0, 'utf8')))));
} catch (error) {
  process.stdout.write(JSON.stringify({error: String(error)}));
}
