"""What our work costs: the proofs beside two peers, then one award and one verification whole.

    make bench

Prints a table and writes `bench/results.json`. What it says of proofs is told in docs/fast-json-ld.md.
"""

import asyncio

from bench import proofs, service

if __name__ == "__main__":
    proofs.main()
    asyncio.run(service.main())
