"""What a lesson's notebook needs: its tables, its answers checked, and a hint for each known slip.

A student's notebook also runs in a browser, where of our dependencies only pandas and matplotlib are at hand: this
package and `onewaytrade.teaching.exercises` import nothing else (`tests/teaching` checks it). What makes editions
of a lesson and marks them lies in modules of their own, which a lesson never imports.
"""

from onewaytrade.teaching.lesson import Lesson, answered, open_lesson, require, require_elsewhere

__all__ = ["Lesson", "answered", "open_lesson", "require", "require_elsewhere"]
