"""The extractor that asks a language model: OpenAI, Anthropic, or any server that speaks as OpenAI's does.

prices          what an answer costs
schema          the format the model must answer in
shown           what a model may see: every word of a request goes through it
prompt          from a window to the text of a request: the messages as numbered data
parse           from what came back to drafts, whatever came back
client          one request: bounded, timed, repeated where that helps, paid from the budget
extractor       the order of all this
"""
