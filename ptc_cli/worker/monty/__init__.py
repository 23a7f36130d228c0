"""The process around the monty interpreter: confined itself, it hands a program to monty and carries its calls.

Monty runs in a process of its own below this one. This one is expendable too: what monty's client makes of a hostile
interpreter, or does to the process at its end, stays out of the process that holds secrets.
"""
