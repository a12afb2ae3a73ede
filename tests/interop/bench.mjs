// How long @digitalbazaar/vc takes to verify the same credential, without its status list: microseconds, the median.
//
// node bench.mjs PINNED.json CREDENTIAL.json ROUNDS

import {readFile} from 'node:fs/promises';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

const [pinnedFile, credentialFile, rounds] = process.argv.slice(2);
const {documents} = JSON.parse(await readFile(pinnedFile, 'utf8'));
const credential = JSON.parse(await readFile(credentialFile, 'utf8'));
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

const purpose = new jsigs.purposes.AssertionProofPurpose();
const times = [];
for(let round = 0; round < Number(rounds); ++round) {
  const suite = new DataIntegrityProof({cryptosuite});
  const before = process.hrtime.bigint();
  const result = await jsigs.verify(structuredClone(credential), {suite, purpose, documentLoader});
  times.push(Number(process.hrtime.bigint() - before) / 1000);
  if(!result.verified) {
    throw result.error;
  }
}
times.sort((a, b) => a - b);
process.stdout.write(JSON.stringify({us: times[times.length >> 1], node: process.version}) + '\n');
