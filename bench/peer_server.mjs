// A peer over HTTP: `node:http` around @digitalbazaar/vc, one process, everything that it needs loaded and kept.
//
// node peer_server.mjs PINNED.json   prints {"port", "node", "did"}; takes POST /credentials/issue and
// POST /credentials/verify as VCALM asks them. It records nothing, and a status costs it nothing: it looks none up.

import {createServer} from 'node:http';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {did, documentLoader, loadPinned, method, signer} from './peer_keys.mjs';

await loadPinned(process.argv[2]);

const acts = {
  '/credentials/issue': async ({credential}) => {
    const suite = new DataIntegrityProof({cryptosuite, signer: signer('eddsa')});
    const issued = {...credential, issuer: {...credential.issuer, id: did('eddsa')}};
    return [201, {verifiableCredential: await vc.issue({credential: issued, suite, documentLoader})}];
  },
  '/credentials/verify': async ({verifiableCredential}) => {
    const suite = new DataIntegrityProof({cryptosuite});
    const checkStatus = async () => ({verified: true});
    const {verified} = await vc.verifyCredential({credential: verifiableCredential, suite, documentLoader, checkStatus});
    return [200, {verified}];
  }
};

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const [status, body] = await acts[request.url](JSON.parse(Buffer.concat(chunks).toString()));
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {'Content-Type': 'application/json', 'Content-Length': content.length});
  response.end(content);
}

const server = createServer((request, response) => {
  answer(request, response).catch(error => {
    response.writeHead(500);
    response.end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(JSON.stringify({port: server.address().port, node: process.version, did: method('eddsa')}) + '\n');
});
