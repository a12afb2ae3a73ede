// How long @digitalbazaar's suites take to sign a credential and to verify one, the proof alone: microseconds, the median.
//
// node bench.mjs PINNED.json UNSIGNED.json   then lines {"work", "mechanism", "rounds", "credential"?} on stdin, a line
// {"us"} for each. Its key is read once and kept: the library's own signer reads it anew for each signature.

import {readFile} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {generateKeyPairSync, sign as signWith} from 'node:crypto';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

const [pinnedFile, unsignedFile] = process.argv.slice(2);
const {documents} = JSON.parse(await readFile(pinnedFile, 'utf8'));
const unsigned = JSON.parse(await readFile(unsignedFile, 'utf8'));
const loaded = new Map();
for(const [url, file] of Object.entries(documents)) {
  loaded.set(url, JSON.parse(await readFile(file, 'utf8')));
}

async function documentLoader(url) {
  if(loaded.has(url)) {
    return {contextUrl: null, documentUrl: url, document: loaded.get(url), tag: 'static'};
  }
  const [did] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const method = {id: `${did}#${publicKeyMultibase}`, type: 'Multikey', controller: did, publicKeyMultibase};
  const document = url.includes('#') ?
    {'@context': 'https://w3id.org/security/multikey/v1', ...method} :
    {'@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [method]};
  return {contextUrl: null, documentUrl: url, document};
}

const ed25519 = generateKeyPairSync('ed25519').privateKey;
const p256 = generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
const id = 'did:example:peer#key';
const mechanisms = {
  'eddsa-rdfc-2022': {
    cryptosuite: eddsaRdfc2022,
    signer: {id, algorithm: 'Ed25519', sign: async ({data}) => signWith(null, data, ed25519)},
  },
  'ecdsa-rdfc-2019': {
    cryptosuite: ecdsaRdfc2019,
    signer: {
      id, algorithm: 'P-256',
      sign: async ({data}) => signWith('sha256', data, {key: p256, dsaEncoding: 'ieee-p1363'}),
    },
  },
};
const purpose = new jsigs.purposes.AssertionProofPurpose();

async function issue({cryptosuite, signer}) {
  const suite = new DataIntegrityProof({cryptosuite, signer});
  await jsigs.sign(structuredClone(unsigned), {suite, purpose, documentLoader});
}

async function verify({cryptosuite}, text) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await jsigs.verify(JSON.parse(text), {suite, purpose, documentLoader});
  if(!result.verified) {
    throw result.error;
  }
}

process.stdout.write(JSON.stringify({node: process.version}) + '\n');
for await (const line of createInterface({input: process.stdin})) {
  const {work, mechanism, rounds, credential} = JSON.parse(line);
  const times = [];
  for(let round = 0; round < rounds; ++round) {
    const before = process.hrtime.bigint();
    await (work === 'issue' ? issue(mechanisms[mechanism]) : verify(mechanisms[mechanism], credential));
    times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(JSON.stringify({us: times[times.length >> 1]}) + '\n');
}
