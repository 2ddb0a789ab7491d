"""Exports of chats, mails, logs, transcripts and notes into messages. Pure: it knows no database.

`tree` opens a file, a folder or an archive, `formats` recognises what it is, and one small module per format reads it.
"""
