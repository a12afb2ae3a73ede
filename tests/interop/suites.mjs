// An independent implementation of other suites, both ways: @digitalbazaar's ecdsa-rdfc-2019 (P-256 and P-384) and
// Ed25519Signature2020. Contexts come from our pinned files; keys are did:key, so that nobody is asked.
//
// node suites.mjs PINNED.json JOB.json   → one line of JSON {verified: {name: true | error}, signed: {name: credential}}
// JOB.json: {"verify": {name: credential}, "sign": unsigned badge, "signOlder": unsigned credential of VC Data Model 1.1}

import {readFile} from 'node:fs/promises';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import {cryptosuite} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';
import * as vc from '@digitalbazaar/vc';

const [pinnedFile, jobFile] = process.argv.slice(2);
const {documents} = JSON.parse(await readFile(pinnedFile, 'utf8'));
const job = JSON.parse(await readFile(jobFile, 'utf8'));

const ED25519_2020 = 'https://w3id.org/security/suites/ed25519-2020/v1';
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

async function documentLoader(url) {
  if(url in documents) {
    const document = JSON.parse(await readFile(documents[url], 'utf8'));
    return {contextUrl: null, documentUrl: url, document, tag: 'static'};
  }
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: didKey(url)};
  }
  throw new Error(`not to be loaded: ${url}`);
}

function didKey(url) {
  const [did] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const [context, type] = publicKeyMultibase.startsWith('z6Mk') ?
    [ED25519_2020, 'Ed25519VerificationKey2020'] : [MULTIKEY, 'Multikey'];
  const method = {id: `${did}#${publicKeyMultibase}`, type, controller: did, publicKeyMultibase};
  if(url.includes('#')) {
    return {'@context': context, ...method};
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', context],
    id: did,
    verificationMethod: [method],
    assertionMethod: [method.id],
  };
}

const verified = {};
for(const [name, credential] of Object.entries(job.verify)) {
  const suite = [new DataIntegrityProof({cryptosuite}), new Ed25519Signature2020()];
  const result = await vc.verifyCredential({credential, suite, documentLoader});
  verified[name] = result.verified || String(result.error?.errors?.[0] ?? result.error);
}

const named = (unsigned, did) => ({
  ...structuredClone(unsigned),
  issuer: typeof unsigned.issuer === 'string' ? did : {...unsigned.issuer, id: did},
});

const signed = {};
for(const curve of ['P-256', 'P-384']) {
  const pair = await EcdsaMultikey.generate({curve});
  const exported = await pair.export({publicKey: true, secretKey: true});
  const did = `did:key:${exported.publicKeyMultibase}`;
  const key = await EcdsaMultikey.from({...exported, id: `${did}#${exported.publicKeyMultibase}`, controller: did});
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite});
  signed[`ecdsa-rdfc-2019, ${curve}`] = await vc.issue({credential: named(job.sign, did), suite, documentLoader});
}
const key = await Ed25519VerificationKey2020.generate();
key.controller = `did:key:${key.publicKeyMultibase}`;
key.id = `${key.controller}#${key.publicKeyMultibase}`;
for(const [name, unsigned] of [['VC 2.0', job.sign], ['VC 1.1', job.signOlder]]) {
  const suite = new Ed25519Signature2020({key});
  const credential = named(unsigned, key.controller);
  signed[`Ed25519Signature2020, ${name}`] = await vc.issue({credential, suite, documentLoader});
}

console.log(JSON.stringify({verified, signed}));
