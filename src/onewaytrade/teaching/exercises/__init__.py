"""The exercises of each lesson: what is right, what goes wrong, and what a student is then told.

One module for each lesson, `lesson1` to `lesson7`, with two names: `EXERCISES`, in the order of the notebook, and
`TABLES`, the lesson's tables by name. Every right answer and every slip is computed from the project's data.
"""
