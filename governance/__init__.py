"""WHO, WHEN, WHAT NEXT: the incident, its process, dispatch, clocks, people and figures. Read journey.py first."""
