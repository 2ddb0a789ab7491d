"""The extractor that needs no language model: it reads a chat by rules, a small tagger and the embedder.

A window of messages goes through these rooms, each knowing only those above it:

    patterns, cleaning, safety, machines, meeting       what is text, what marks itself, what is not worth reading
    turns, sentences, language, vocabulary              what is said, by whom, to whom, in which words of the trade
    cues, standalone, questions, tone, facts            what kind of sentence it is, and who understands it
    meanings, prototypes                                how near it is to sentences of known kind
    candidates, agreement                               what may become an atom, and who consents to it
    settled, directives, agreements, answers, repairs,  where knowledge is found, the most trusted source first
    statements
    repetition, links, selection, topics                what stays, how it hangs together, what it is about
    late_objections                                     what is said against something from before the window
    extractor                                           the order of all this
"""
