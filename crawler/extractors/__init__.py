"""One module or package per language or kind of manifest; `registry.EXTRACTORS` names them all."""
