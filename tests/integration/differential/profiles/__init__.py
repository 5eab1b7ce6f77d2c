"""The profiles: each makes a script from a random generator and the script's number."""
from . import drivers, hostile

PROFILES = {
    'drivers': drivers.generate,
    'hostile': hostile.generate,
}
