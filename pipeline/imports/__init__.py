"""Files of mentions, survey answers, orders and customers into the store: `import_mentions` and its kin."""

from pipeline.imports.customers import import_customers
from pipeline.imports.mentions import import_mentions
from pipeline.imports.orders import import_orders
from pipeline.imports.runs import ImportResult
from pipeline.imports.survey import import_survey

__all__ = ["ImportResult", "import_customers", "import_mentions", "import_orders", "import_survey"]
