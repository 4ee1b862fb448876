"""From facts to judgements: rules, signals, and the function that combines them."""

from classifier.classify import Classifier, Overrides, Trace
from classifier.rulebook import Rulebook

__all__ = ["Classifier", "Overrides", "Rulebook", "Trace"]
