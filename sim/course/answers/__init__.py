"""The answer keys: for each exercise, what is right about an answer, and what to say about a wrong one."""
