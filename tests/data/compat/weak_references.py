"""Caches that let go, finalizers, and the collector."""
import gc
import weakref


class Thing:
    pass


thing = Thing()
reference, cache = weakref.ref(thing), weakref.WeakValueDictionary(a=thing)
weakref.finalize(thing, print, "finalized")
print(reference() is thing, list(cache))
del thing
gc.collect()
print(reference(), list(cache), len(weakref.WeakSet([Thing()])))
