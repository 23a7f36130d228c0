"""Loggers, levels, handlers, a formatter, an exception and a filter."""
import io
import logging
import logging.config
import sys

stream = io.StringIO()
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s:%(name)s:%(message)s")
log = logging.getLogger("shop.orders")
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("[%(levelname).1s] %(message)s (%(order)s)", defaults={"order": "-"}))
handler.addFilter(lambda record: "secret" not in record.getMessage())
log.addHandler(handler)
log.debug("not shown")
log.info("placed %d orders", 3, extra={"order": "o-1"})
log.warning("the secret")
try:
    {}["missing"]
except KeyError:
    log.error("failed", exc_info=False)
print(stream.getvalue(), log.isEnabledFor(logging.DEBUG), logging.getLevelName(30))
logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.NullHandler"}}, "root": {"handlers": ["h"]}})
log.removeHandler(handler)
log.info("to nowhere")
