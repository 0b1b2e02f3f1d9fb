"""The demo: a made-up working city on real names, for looking and trying. `prepare` is where it begins."""
