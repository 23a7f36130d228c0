"""The type checker: a warm mypy in processes of its own, and what is said of its findings.

`checker.Checker` is the front; `text` renders reports. Only `inside` imports mypy, and only a checker process imports
`inside`.
"""
