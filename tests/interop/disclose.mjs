// An independent implementation of ecdsa-sd-2023: @digitalbazaar's signs, derives and verifies.
//
// node disclose.mjs PINNED.json REQUEST.json   → one line of JSON {credential} or {verified, error}
// REQUEST.json: {"act": "sign" | "derive" | "verify", "credential", "pointers", "key"}

import {readFile} from 'node:fs/promises';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import {
  createDiscloseCryptosuite, createSignCryptosuite, createVerifyCryptosuite
} from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import jsigs from 'jsonld-signatures';

const [pinnedFile, requestFile] = process.argv.slice(2);
const {documents} = JSON.parse(await readFile(pinnedFile, 'utf8'));
const {act, credential, pointers, key} = JSON.parse(await readFile(requestFile, 'utf8'));
const purpose = new jsigs.purposes.AssertionProofPurpose();

async function documentLoader(url) {
  if(url in documents) {
    const text = await readFile(documents[url], 'utf8');
    return {contextUrl: null, documentUrl: url, document: JSON.parse(text), tag: 'static'};
  }
  if(!url.startsWith('did:key:')) {
    throw new Error(`not to be loaded: ${url}`);
  }
  const [did] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const method = {id: `${did}#${publicKeyMultibase}`, type: 'Multikey', controller: did, publicKeyMultibase};
  const document = url.includes('#') ?
    {'@context': 'https://w3id.org/security/multikey/v1', ...method} :
    {'@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [method]};
  return {contextUrl: null, documentUrl: url, document};
}

const acts = {
  async sign() {
    const keyPair = await EcdsaMultikey.from({
      '@context': 'https://w3id.org/security/multikey/v1', type: 'Multikey',
      id: `did:key:${key.publicKeyMultibase}#${key.publicKeyMultibase}`,
      controller: `did:key:${key.publicKeyMultibase}`, ...key
    });
    const cryptosuite = createSignCryptosuite({mandatoryPointers: pointers});
    const suite = new DataIntegrityProof({signer: keyPair.signer(), cryptosuite, date: '2026-11-01T09:00:00Z'});
    return {credential: await jsigs.sign(credential, {suite, purpose, documentLoader})};
  },
  async derive() {
    const suite = new DataIntegrityProof({cryptosuite: createDiscloseCryptosuite({selectivePointers: pointers})});
    return {credential: await jsigs.derive(credential, {suite, purpose, documentLoader})};
  },
  async verify() {
    const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
    const {verified, error} = await jsigs.verify(credential, {suite, purpose, documentLoader});
    return {verified, error: error?.errors?.map(each => `${each.name}: ${each.message}`).join('; ')};
  }
};
process.stdout.write(JSON.stringify(await acts[act]()) + '\n');
