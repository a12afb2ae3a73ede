"""The learner's link: its token follows from the award, so that it can be given again, and is never stored."""

import base64
import hashlib

from app.ports import KeyPurpose, Signer

FIRST_GENERATION = 1


async def claim_token(signer: Signer, *, award_id: str, generation: int) -> str:
    """base64url(HMAC-SHA256(claim key, award id ‖ generation)); raising the generation withdraws every earlier link."""
    mac = await signer.sign(f"{award_id}\n{generation}".encode(), purpose=KeyPurpose.CLAIM_LINK)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def claim_token_digest(token: str) -> bytes:
    """What the register keeps of a token, to look it up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def claim_url(public_url: str, token: str) -> str:
    return f"{public_url}/claim/{token}"
