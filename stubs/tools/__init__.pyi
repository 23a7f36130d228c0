from . import team as team
from . import tickets as tickets
