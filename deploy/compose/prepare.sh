#!/bin/sh
# What the server must know of us, once; again is harmless. The list is `workflows/names.py`.
set -eu
for name in AtozStep AtozStatus AtozAttention AtozMarketplace AtozReason AtozPlaybook AtozClock AtozActed AtozPaused; do
	temporal operator search-attribute create --name "$name" --type Keyword 2>/dev/null || true
done
for name in AtozNextAt AtozResponseDue AtozDecidedAt; do
	temporal operator search-attribute create --name "$name" --type Datetime 2>/dev/null || true
done
for name in AtozTasks; do
	temporal operator search-attribute create --name "$name" --type KeywordList 2>/dev/null || true
done
temporal operator namespace update --namespace "${TEMPORAL_NAMESPACE:-default}" --retention 3650d
