# Run in the Redis pod: what is in /data/restore.rdb replaces all that its Redis holds, and is in its
# append-only file when this ends. A second server reads the file, and the first copies that one.
set -eu
port=6380
redis-server --port $port --bind 127.0.0.1 --dir /data --dbfilename restore.rdb \
  --appendonly no --save "" --daemonize no >/dev/null &
second=$!
until [ "$(env -u REDISCLI_AUTH redis-cli -p $port ping 2>/dev/null)" = PONG ]; do
  kill -0 $second  # it ends if it cannot read the file
  sleep 0.2
done
redis-cli replicaof 127.0.0.1 $port
until redis-cli info replication | grep -q master_link_status:up; do sleep 0.2; done
redis-cli replicaof no one
for what in in_progress scheduled; do
  until redis-cli info persistence | grep -q aof_rewrite_$what:0; do sleep 0.2; done
done
kill $second
wait $second || true
rm -f /data/restore.rdb /data/dump.rdb
redis-cli dbsize
