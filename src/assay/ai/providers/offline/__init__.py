"""The extractor that needs no language model: it reads a chat by rules, a small tagger and the embedder.

A window of messages goes through these rooms, each knowing only those above it:

    patterns, cleaning, safety, machines     what is text, and what is not worth reading
    turns, sentences, language, standalone   what is said, by whom, to whom, and whether a stranger understands it
    cues, prototypes, meanings               what kind of statement it is, and what it is worth
    directives, agreements, answers,         where knowledge is found, the most trusted source first
    repairs, statements
    repetition, links, selection, topics     what stays, how it hangs together, what it is about
    extractor                                the order of all this
"""
