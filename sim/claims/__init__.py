"""The claims ledger: what courses on CRM state as facts, put to the test in the market.

    a claim  ->  many seeds, with the plan and without it  ->  docs/claims.csv  ->  docs/claims.md

`claim.py` says what a claim is and when it counts as reproduced; a file a chapter holds the claims with the
experiment of each; `ledger.py` collects and tries them; `page.py` writes the page.
"""
