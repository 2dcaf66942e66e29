"""What chance asks of a server: histories that Hypothesis draws, and requests that Schemathesis and it make.

Imported by `probes.generated` only, when its groups run: Hypothesis and Schemathesis are optional.
"""
