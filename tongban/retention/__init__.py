"""Retention 保存期限: what is kept how long, holds, deleting what is over, and the proof."""
