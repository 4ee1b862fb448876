"""The language model behind an OpenAI-compatible endpoint, and the bounds on what it may change."""

from classifier.judge.judge import Judge, Plan
from classifier.judge.meter import Meter
from classifier.judge.settings import AnswerForm, JudgeSettings, Mode

__all__ = ["AnswerForm", "Judge", "JudgeSettings", "Meter", "Mode", "Plan"]
