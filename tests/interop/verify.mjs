// An independent implementation looks at what we sign: @digitalbazaar/vc with its eddsa-rdfc-2022 suite and its own
// reading of Bitstring Status List. Contexts come from our pinned files, keys and lists from where the credential says.
//
// node verify.mjs PINNED.json CREDENTIAL.json   → one line of JSON {verified, revoked, error}
// PINNED.json: {"documents": {url: file}, "fetch": ["http://127.0.0.1:8000/"]}

import {readFile} from 'node:fs/promises';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import * as vc from '@digitalbazaar/vc';

const [pinnedFile, credentialFile] = process.argv.slice(2);
const {documents, fetch: allowed} = JSON.parse(await readFile(pinnedFile, 'utf8'));
const credential = JSON.parse(await readFile(credentialFile, 'utf8'));

async function documentLoader(url) {
  if(url in documents) {
    const text = await readFile(documents[url], 'utf8');
    return {contextUrl: null, documentUrl: url, document: JSON.parse(text), tag: 'static'};
  }
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: didKey(url)};
  }
  if(allowed.some(prefix => url.startsWith(prefix))) {
    const answer = await fetch(url, {redirect: 'error'});
    if(!answer.ok) {
      throw new Error(`${url} answered ${answer.status}`);
    }
    return {contextUrl: null, documentUrl: url, document: await answer.json()};
  }
  throw new Error(`not to be loaded: ${url}`);
}

function didKey(url) {
  const [did] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const method = {id: `${did}#${publicKeyMultibase}`, type: 'Multikey', controller: did, publicKeyMultibase};
  if(url.includes('#')) {
    return {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [method],
    assertionMethod: [method.id],
  };
}

const suite = new DataIntegrityProof({cryptosuite});
const result = await vc.verifyCredential({
  credential,
  suite,
  documentLoader,
  checkStatus: ({credential: c}) => checkStatus({
    credential: c,
    suite,
    documentLoader,
    verifyBitstringStatusListCredential: true,
    verifyMatchingIssuers: true,
  }),
});
const errors = error => (error?.errors ?? (error ? [error] : [])).map(e => `${e.name}: ${e.message}`);
process.stdout.write(JSON.stringify({
  verified: result.results?.every(each => each.verified) ?? false,
  revoked: result.statusResult?.results?.some(each => each.status === true) ?? null,
  error: errors(result.error).concat(errors(result.statusResult?.error)).join('; ') || null,
}) + '\n');
