"""What runs on the sandbox's side: builds the layers, forks one confined process per program, and runs the program.

Started by path in an interpreter of its own (`python -s -P -S .../worker`), it imports nothing but itself and the
standard library.
"""
