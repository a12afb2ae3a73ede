// How long Node's libraries take for one piece of work, the proof alone: microseconds of wall time and of CPU.
//
// node peer.mjs PINNED.json   then a line {"work", "mechanism", "rounds", "credential", …} on stdin, one {"us", "cpu_us"}
// for each on stdout: the median of the wall times, and all threads' CPU time (a collector has its own) for each round.

import {createHash, randomBytes, webcrypto, verify as verifyWith, createPublicKey} from 'node:crypto';
import {createInterface} from 'node:readline';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {
  createDiscloseCryptosuite, createSignCryptosuite, createVerifyCryptosuite
} from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {CompactSign, compactVerify, importJWK} from 'jose';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import jsigs from 'jsonld-signatures';
import {documentLoader, loadPinned, method, privateKey, signer} from './peer_keys.mjs';

await loadPinned(process.argv[2]);
const purpose = new jsigs.purposes.AssertionProofPurpose();

async function holds(credential, cryptosuite) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await jsigs.verify(JSON.parse(credential), {suite, purpose, documentLoader});
  if(!result.verified) {
    throw result.error;
  }
}

const whole = (cryptosuite, key) => ({
  issue: ({document}) => async () => {
    const suite = new DataIntegrityProof({cryptosuite, signer: signer(key)});
    return JSON.stringify(await jsigs.sign({...document}, {suite, purpose, documentLoader}));
  },
  verify: ({credential}) => () => holds(credential, cryptosuite)
});

// JCS (RFC 8785) of what JSON.parse read: JavaScript's own order of names and way to write numbers.
function jcs(value) {
  if(Array.isArray(value)) {
    return `[${value.map(jcs).join()}]`;
  }
  if(value === null || typeof value !== 'object') {
    return JSON.stringify(value);
  }
  return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${jcs(value[name])}`).join()}}`;
}
const sha256 = text => createHash('sha256').update(text).digest();
const hashed = (document, options) => Buffer.concat([sha256(jcs(options)), sha256(jcs(document))]);

const ES256 = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};
const algorithms = {
  hasher: (data, name) => createHash(name.replace('-', '')).update(Buffer.from(data)).digest(),
  hashAlg: 'sha-256',
  saltGenerator: length => randomBytes(length).toString('base64url'),
  signAlg: 'ES256'
};

const mechanisms = {
  'eddsa-rdfc-2022': whole(eddsaRdfc2022, 'eddsa'),
  'ecdsa-rdfc-2019': whole(ecdsaRdfc2019, 'ecdsa'),
  'ecdsa-sd-2023': {
    issue: ({document, mandatory}) => async () => {
      const cryptosuite = createSignCryptosuite({mandatoryPointers: mandatory});
      const suite = new DataIntegrityProof({cryptosuite, signer: signer('ecdsa')});
      return JSON.stringify(await jsigs.sign({...document}, {suite, purpose, documentLoader}));
    },
    derive: ({credential, selective}) => async () => {
      const suite = new DataIntegrityProof({cryptosuite: createDiscloseCryptosuite({selectivePointers: selective})});
      return JSON.stringify(await jsigs.derive(JSON.parse(credential), {suite, purpose, documentLoader}));
    },
    verify: ({credential}) => () => holds(credential, createVerifyCryptosuite())
  },
  'eddsa-jcs-2022': {
    issue: ({document}) => () => {
      const options = {
        '@context': document['@context'], type: 'DataIntegrityProof', cryptosuite: 'eddsa-jcs-2022',
        created: new Date().toISOString(), verificationMethod: method('eddsa'), proofPurpose: 'assertionMethod'
      };
      return signer('eddsa').sign({data: hashed(document, options)}).then(signature =>
        JSON.stringify({...document, proof: {...options, proofValue: signature.toString('base64url')}}));
    },
    verify: ({credential, jwk, signature}) => {
      // Base58 and did:key are not its work here: it is given the signature and the key.
      const key = createPublicKey({key: jwk, format: 'jwk'});
      return () => {
        const {proof: [{proofValue, ...options}], ...document} = JSON.parse(credential);
        const data = hashed(document, {'@context': document['@context'], ...options});
        if(!verifyWith(null, data, key, Buffer.from(signature, 'base64url'))) {
          throw new Error(`not signed: ${proofValue}`);
        }
      };
    }
  },
  'vc+jwt': {
    issue: ({document}) => () => new CompactSign(Buffer.from(JSON.stringify(document)))
      .setProtectedHeader({alg: 'EdDSA', typ: 'vc+jwt', cty: 'vc', kid: method('eddsa')}).sign(privateKey('eddsa')),
    verify: async ({credential, jwk}) => {
      const key = await importJWK(jwk, 'EdDSA');
      return async () => JSON.parse(new TextDecoder().decode((await compactVerify(credential, key)).payload));
    }
  },
  'dc+sd-jwt': {
    issue: async ({document, frame, secret}) => {
      const key = await webcrypto.subtle.importKey('jwk', secret, ES256, false, ['sign']);
      const sign = async data =>
        Buffer.from(await webcrypto.subtle.sign(ES256, key, Buffer.from(data))).toString('base64url');
      const peer = new SDJwtVcInstance({...algorithms, signer: sign});
      return () => peer.issue(document, frame);
    },
    verify: async ({credential, jwk}) => {
      const key = await webcrypto.subtle.importKey('jwk', jwk, ES256, false, ['verify']);
      const check = (data, signature) =>
        webcrypto.subtle.verify(ES256, key, Buffer.from(signature, 'base64url'), Buffer.from(data));
      const peer = new SDJwtVcInstance({...algorithms, verifier: check});
      return () => peer.verify(credential);
    }
  }
};

process.stdout.write(JSON.stringify({node: process.version}) + '\n');
for await (const line of createInterface({input: process.stdin})) {
  const asked = JSON.parse(line);
  const work = await mechanisms[asked.mechanism][asked.work](asked);
  const times = [];
  const cpu = process.cpuUsage();
  for(let round = 0; round < asked.rounds; ++round) {
    const before = process.hrtime.bigint();
    await work();
    times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  const {user, system} = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  process.stdout.write(JSON.stringify({us: times[times.length >> 1], cpu_us: (user + system) / asked.rounds}) + '\n');
}
