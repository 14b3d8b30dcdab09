// `main` is the name of one thing.
extern main { }
