"""ecdsa-sd-2023: signed once, statement by statement, so that the holder can show a part and no more.

1. The issuer makes a base proof (`base`): a key for this proof alone signs each statement, and is then forgotten; the
   issuer's key signs that key, with what must always be shown.
2. The holder derives (`derive`): what must be shown, what is chosen, and the signatures of exactly these.
3. Who is shown it verifies (`verify`): every statement was signed by the proof's key, and that key by the issuer.

https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-sd-2023. In two places the Recommendation's text is wrong and its vectors are
right: the base signature is the issuer's, checked with the key of `verificationMethod`; the key is 35 bytes, not 36.
"""
