"""Files of mentions, survey answers and orders into the store: `import_mentions`, `import_survey`, `import_orders`."""

from pipeline.imports.mentions import import_mentions
from pipeline.imports.orders import import_orders
from pipeline.imports.runs import ImportResult
from pipeline.imports.survey import import_survey

__all__ = ["ImportResult", "import_mentions", "import_orders", "import_survey"]
