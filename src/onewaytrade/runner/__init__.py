"""Run notebooks: find them, check their parameters, execute them by papermill, keep what they say.

The runner knows notebooks, not trade: what a verdict means, and in which order claims stand, is told to it.
"""
