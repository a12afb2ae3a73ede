// The peer's keys, read once and kept, and its document loader: pinned contexts, and did:key worked out.

import {readFile} from 'node:fs/promises';
import {generateKeyPairSync, sign as signWith} from 'node:crypto';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';

const loaded = new Map();

export async function loadPinned(file) {
  const {documents} = JSON.parse(await readFile(file, 'utf8'));
  for(const [url, each] of Object.entries(documents)) {
    loaded.set(url, JSON.parse(await readFile(each, 'utf8')));
  }
}

export async function documentLoader(url) {
  if(loaded.has(url)) {
    // `tag: 'static'` lets the library keep what it worked out of a context.
    return {contextUrl: null, documentUrl: url, document: loaded.get(url), tag: 'static'};
  }
  const [controller] = url.split('#');
  const publicKeyMultibase = controller.slice('did:key:'.length);
  const key = {id: `${controller}#${publicKeyMultibase}`, type: 'Multikey', controller, publicKeyMultibase};
  const document = url.includes('#') ?
    {'@context': 'https://w3id.org/security/multikey/v1', ...key} :
    {'@context': 'https://www.w3.org/ns/did/v1', id: controller, assertionMethod: [key]};
  return {contextUrl: null, documentUrl: url, document};
}

async function made(options, multikey, sign, algorithm) {
  const pair = generateKeyPairSync(...options);
  const jwk = pair.publicKey.export({format: 'jwk'});
  const {publicKeyMultibase} = await (await multikey.fromJwk({jwk})).export({publicKey: true});
  return {algorithm, publicKeyMultibase, jwk, privateKey: pair.privateKey, sign: data => sign(data, pair.privateKey)};
}

const keys = {
  eddsa: await made(['ed25519'], Ed25519Multikey, (data, key) => signWith(null, data, key), 'Ed25519'),
  ecdsa: await made(
    ['ec', {namedCurve: 'P-256'}], EcdsaMultikey,
    (data, key) => signWith('sha256', data, {key, dsaEncoding: 'ieee-p1363'}), 'P-256')
};

export const did = name => `did:key:${keys[name].publicKeyMultibase}`;
export const method = name => `${did(name)}#${keys[name].publicKeyMultibase}`;
export const privateKey = name => keys[name].privateKey;

// The library's own signer imports its key anew for each signature; this one keeps it.
export function signer(name) {
  const {algorithm, sign} = keys[name];
  return {id: method(name), algorithm, sign: async ({data}) => sign(data)};
}
