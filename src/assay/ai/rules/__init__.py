"""The extractor that needs no language model: it reads a chat by rules, a small tagger and the embedder.

A window of messages goes through these rooms, each knowing only those above it:

    lexicon, weights                                    the phrases of each language, and what each sign counts
    safety, meeting                                     what is not worth reading, and what marks itself
    turns, sentences, language, vocabulary              what is said, by whom, to whom, in which words of the trade
    cues, context_free, questions, tone, facts          what kind of sentence it is, and who understands it
    vectors, prototypes                                 how near it is to sentences of known kind
    candidates, consent                                 what may become an atom, and who consents to it
    settled, directives, decisions, answers, repairs,   where knowledge is found, the most trusted source first
    claims
    repetition, links, selection                        what stays, and how it hangs together
    nouns, topic_names, topics, talk_topics,            what it is about
    channel_topics, filing
    late_objections                                     what is said against something from before the window
    extractor                                           the order of all this
"""
