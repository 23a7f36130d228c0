"""The daemon as its clients see it: which one is ours, where its sockets are, how it is started and asked.

Every command pays for what is imported here before it does anything: no asyncio, and little of the standard library.
"""
