# The part of scripts/demo in which people decide: policy, signatures, cutover and back, deleting, restoring.
# Sourced by scripts/demo, whose names and variables it uses.

# --- people --------------------------------------------------------------------------------------

# Made here and now, and of no use anywhere else. Real keys have a passphrase or, better, live in hardware, and each
# person makes the own one: nobody hands out keys to others.
make_keys() {
  local person
  mkdir -m 700 "$work/keys"
  for person in ada grace bob; do
    ssh-keygen -q -t ed25519 -N '' -C "$person@corp" -f "$work/keys/$person"
  done
  ssh-keygen -q -k -f "$work/revoked.krl" /dev/null
  say "three keys made on the spot, without a passphrase: for a demo only"
}

# The policy labels both servers production, by what they say of themselves: nothing goes without signatures.
write_policy() {
  local mariadb_id postgres_id
  mariadb_id=$(as_mariadb -e "SELECT @@server_uid")
  postgres_id=$(database=postgres as_postgres -c "SELECT system_identifier FROM pg_control_system()")
  python3 - "$config" "$work" "$(id -un)" "$mariadb_id" "$postgres_id" <<'PY'
import json, sys
config_path, work, os_user, mariadb_id, postgres_id = sys.argv[1:]

def person(first, name, role, group, **more):
    key = open(f"{work}/keys/{first}.pub").read().strip()
    return {"name": name, "principal": f"{first}@corp", "role": role, "contact": f"{first}@corp.example",
            "groups": [group], "keys": [{"public_key": key}], **more}

def rule(**more):
    return {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1}], **more}

policy = {
    "schema": "sluice.policy/1", "name": "crm", "version": 1,
    "people": [
        person("ada", "Ada Lovelace", "database engineer", "technical", os_users=[os_user],
               database_roles=["reader", "mover", "remover", "sluice"]),
        person("grace", "Grace Hopper", "head of engineering", "technical"),
        person("bob", "Bob Hill", "head of sales operations", "business"),
    ],
    "caller": "grace@corp", "operators": ["ada@corp"],
    "acts": {act: rule() for act in
             ("plan", "confirm", "backfill", "merge", "drop", "cutover", "retire", "waiver", "policy")},
    "classes": {"customer": {"tables": ["crm.customers"], "owner": "bob@corp"}},
    "servers": [{"engine": "mariadb", "identity": mariadb_id, "label": "production"},
                {"engine": "postgresql", "identity": postgres_id, "label": "production"}],
    "keep": {"first_day": 0, "last_day": 30}, "archive_days": 2555,
    "limits": {"quarantined_rows": 100000, "target_changed_rows": 0, "source_changed_rows": 0},
    "revoked_keys": "revoked.krl",
}
policy["acts"]["continue"] = {"groups": [{"group": "technical", "need": 1}]}
json.dump(policy, open(f"{work}/crm.policy.json", "w"), indent=2)
config = json.load(open(config_path))
config |= {"policy": "crm.policy.json", "operator": "ada@corp"}
json.dump(config, open(config_path, "w"), indent=2)
PY
}

# acts_of DOCUMENT: what it asks signatures for: the cutover, and what was decided about quarantined rows.
acts_of() { python3 -c 'import json, sys; print(*[a["act"] for a in json.load(open(sys.argv[1]))["acts"]])' "$1"; }

# sign PERSON DOCUMENT ACT...: with stock ssh-keygen, as sluice approve says. What is signed are the file's very bytes.
sign() {
  local person=$1 document=$2 act
  shift 2
  for act in "$@"; do
    ssh-keygen -q -Y sign -f "$work/keys/$person" -n "sluice-$act-v1@sluice.dev" <"$document" \
      >"$document.$person@corp.$act.sig"
  done
  say "$person reads $(basename "$document") and signs it with ssh-keygen for $(sed 's/ /, /g' <<<"$*")"
}

# approvals EXPECTED DOCUMENT: who has signed and who is missing. The document itself is thousands of lines for people.
approvals() {
  run "$1" approve "$2" --config "$config"
  say "  ($(grep -c . "$out") lines: all of the document, then)"
  awk '/^[^ ]/ {mine = /^[a-z]+: [0-9]+ of [0-9]+/} /^  signed by/ {mine = 0} mine' "$out" | show
}

show_policy() {
  run 0 policy --file "$work/crm.policy.json"
  grep -E '^- (plan|cutover|retire|customer)[: ]|^- Ada.*as OS|^Grace|is production|^Source rows' "$out" | show
  say "(keep is 0 days here so that the demo can go on; teams wait for weeks)"
}

# Who decides is itself decided: by the people whom the policy names.
adopt_policy() {
  run 0 policy --config "$config" --change "$work/crm.policy.json" --out "$work/policy.json"
  sign grace "$work/policy.json" policy
  run 4 policy --config "$config" --adopt "$work/policy.json"
  waiting_for
  sign bob "$work/policy.json" policy
  run 0 policy --config "$config" --adopt "$work/policy.json"
  show <"$out"
}

# Private servers write faster than any that people rely on: doctor finds out why, and nothing else.
see_doctor() {
  run 3 doctor --config "$config" --archive "$work/gone"
  say "$(grep -c '^ok ' "$out") things are as they must be; what is not:"
  awk '/^[a-z]/ {bad = !/^ok |^Next: /} bad' "$out" | show
  [ "$(grep -c '^error ' "$out")" = 1 ] || die "doctor found more than it should"
  say "(a server that is to be thrown away may do that: the demo goes on)"
}

# Exit 4 has other reasons as well: only people who are missed are what the demo is about.
waiting_for() { grep 'waiting for' "$remarks" | show || { cat "$remarks" >&2; die "it does not say whom it waits for"; }; }

# --- the plan ------------------------------------------------------------------------------------

refuse_unsigned_copy() {
  run 4 copy --config "$config" --plan "$work/plan.json"
  waiting_for
}

sign_plan() {
  refuse_unsigned_copy
  sign grace "$work/plan.json" plan confirm backfill merge
  approvals 4 "$work/plan.json"
  sign bob "$work/plan.json" plan confirm backfill merge
  approvals 0 "$work/plan.json"
}

# --- a stop --------------------------------------------------------------------------------------

# Anybody may, without a signature: what stops must not wait. That it goes on is signed for.
stop_by_colleague() {
  run 0 stop --config "$config" --reason "the orders of March look wrong; wait for Grace"
  grep -v '^Next: ' "$out" | show
  run 3 copy --config "$config" --plan "$work/plan.json"
  grep '^sluice' "$remarks" | show
}

continue_signed() {
  local run_id
  run_id=$(newest_run)
  run 0 continue --config "$config" --run "$run_id" --propose "$work/continue.json"
  sign grace "$work/continue.json" continue
  approvals 0 "$work/continue.json"
  run 0 continue --config "$config" --run "$run_id" --approved "$work/continue.json"
  grep -v '^Next: ' "$out" | show
}

newest_run() { as_postgres -c "SELECT run_id FROM sluice.run ORDER BY started_at DESC LIMIT 1"; }

# --- cutover -------------------------------------------------------------------------------------

# A live view, as the new CRM's people have one: a rename alone would leave it with the old tables.
live_view() {
  as_postgres -c "SET ROLE crm_owner; CREATE VIEW crm.open_orders AS SELECT o.id, c.full_name, o.total
    FROM crm.orders o JOIN crm.customers c ON c.id = o.customer_id WHERE o.status = 'open'"
}

# The live tables belong to a role of the application. Who gives them other names must be a member of it.
give_owner() {
  as_postgres <<'SQL'
CREATE ROLE crm_owner;
ALTER SCHEMA crm OWNER TO crm_owner;
SELECT format('ALTER TABLE %s OWNER TO crm_owner', oid::regclass) FROM pg_class
WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' \gexec
SQL
}

view_shows() { say "view crm.open_orders shows $(as_postgres -c 'SELECT count(*) FROM crm.open_orders') rows"; }

verify_for_signing() {
  local start
  start=$(now)
  run 0 verify --config "$config" --manifest "$work/$1"
  show <"$out"
  say "both sides: $(since "$start"); $(basename "$1") lists what was proved, $(basename "$1").proof each row"
}

sign_cutover() {
  run 0 grants --config "$config" --side cutover
  as_postgres -f "$out" 2>&1 | sed -n 's/.*NOTICE: */for this hour only; /p' | show
  run 4 cutover --config "$config" --manifest "$work/first.manifest"
  waiting_for
  sign grace "$work/first.manifest" $(acts_of "$work/first.manifest")
  approvals 4 "$work/first.manifest"
  sign bob "$work/first.manifest" $(acts_of "$work/first.manifest")
  approvals 0 "$work/first.manifest"
}

cut_over() {
  view_shows
  run 0 cutover --config "$config" --manifest "$work/$1"
  grep -E '^(moved along|made anew|cutover):' "$out" | show
  view_shows
}

roll_back() {
  run 0 rollback --config "$config"
  grep -E '^(moved along|made anew|rollback):' "$out" | show
  view_shows
}

cut_over_again() {
  run 0 verify --config "$config" --manifest "$work/second.manifest"
  grep '^run ' "$out" | show
  sign grace "$work/second.manifest" $(acts_of "$work/second.manifest")
  sign bob "$work/second.manifest" $(acts_of "$work/second.manifest")
  cut_over second.manifest
}

# --- deleting ------------------------------------------------------------------------------------

# A role of its own, which is made for this and can delete: the copy's cannot.
create_remover() {
  local password
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077
    printf '[client]\nuser=remover\npassword=%s\nsocket=%s\n' "$password" "$MARIA1_SOCKET" >"$work/remover.cnf")
  run 0 grants --config "$config" --side retire --retire-role remover --host localhost
  cp "$out" "$work/remover.sql"
  printf "ALTER USER remover@localhost IDENTIFIED BY '%s' ACCOUNT UNLOCK;\n" "$password" >>"$work/remover.sql"
  as_mariadb <"$work/remover.sql"
}

# retire EXPECTED ARGUMENT...
retire() {
  local expected=$1
  shift
  run "$expected" retire --config "$config" --manifest "$work/second.manifest" \
    --retire-as "mariadb:///legacy_crm?defaults_file=$work/remover.cnf&group=client" "$@"
}

propose_retire() {
  orders_before=$(orders_of_source)
  create_remover
  retire 0 --archive "$work/gone" --propose "$work/retire.json"
  show <"$out"
  grep '^warning' "$remarks" | show || true
  sign grace "$work/retire.json" retire
  approvals 4 "$work/retire.json"
  sign bob "$work/retire.json" retire
  approvals 0 "$work/retire.json"
}

# The old CRM is still open on somebody's desk: a row that was signed for is not any more what was signed for.
refuse_changed_row() {
  local id
  id=$(as_postgres -c "SELECT c.id FROM crm.customers c WHERE NOT EXISTS (SELECT FROM sluice.quarantine q
    WHERE q.table_no = 1 AND (q.source_key::jsonb ->> 0)::bigint = c.id) ORDER BY c.id OFFSET $((customers / 2)) LIMIT 1")
  say "after they have signed, somebody makes customer $id of the old CRM a VIP"
  as_mariadb legacy_crm -e "UPDATE customers SET vip = 1 - vip WHERE id = $id"
  retire 3 --approved "$work/retire.json"
  # That the other tables went is said again at the end.
  sed -n '/customers$/,/stopped:/p' "$out" | show
  grep -qs "$id" "$out" "$remarks" || die "retire did not name customer $id"
  [ "$(as_mariadb legacy_crm -e "SELECT count(*) FROM customers WHERE id = $id")" = 1 ] || die "the changed customer is gone"
  say "the row is there still. It is put right: the change is taken back"
  as_mariadb legacy_crm -e "UPDATE customers SET vip = 1 - vip WHERE id = $id"
}

# With the administrator's login: it takes the right to make triggers. retire has a door of its own.
freeze() {
  local id
  run 0 freeze --config "$config" --with "mariadb:///legacy_crm?defaults_file=$MARIA1_OPTION_FILE&group=client"
  show <"$out"
  id=$(as_mariadb legacy_crm -e "SELECT min(id) FROM customers")
  say "$ mariadb -e 'UPDATE customers SET vip = 1 WHERE id = $id'"
  ! as_mariadb legacy_crm -e "UPDATE customers SET vip = 1 WHERE id = $id" 2>"$remarks" || die "the old CRM can be written to"
  grep ERROR "$remarks" | show
}

retire_rest() {
  local start
  start=$(now)
  retire 0 --approved "$work/retire.json"
  show <"$out"
  say "finished in $(since "$start")"
}

# Rows and money of the orders, as the old server counts them: before and after.
orders_of_source() { as_mariadb legacy_crm -e "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(total), 0) FROM orders"; }

# The archive, by zstd and COPY alone, in a database of its own.
load_archive() {
  local sql table data
  as_postgres -c "CREATE DATABASE gone" >/dev/null
  for sql in "$work"/gone/*.sql; do
    table=$(basename "${sql%.sql}")
    database=gone as_postgres -f "$sql" >/dev/null
    for data in "${sql%.sql}".*.copy.zst; do
      zstd -dc "$data" | database=gone as_postgres -c "COPY \"${table##*.}\" FROM STDIN (FORMAT binary)"
    done
  done
}

check_archive() {
  local kept archived
  load_archive
  kept=$(orders_of_source)
  archived=$(database=gone as_postgres -c "SELECT count(*), coalesce(sum(id), 0), coalesce(sum(total), 0) FROM orders")
  say "orders of the old CRM, in SQL without sluice (rows, sum of ids, sum of totals):"
  {
    echo "before $orders_before"
    echo "left $kept"
    echo "archive $archived"
    printf '%s\n%s\n' "$kept" "$archived" |
      awk '{rows += $1; ids += $2; total += $3} END {printf "together %.0f %.0f %.2f\n", rows, ids, total}'
  } | awk '{printf "  %-10s %10s %16s %16s\n", $1, $2, $3, $4}' | tee "$work/orders.check"
  [ "$(awk '$1 == "before" {print $2, $3, $4}' "$work/orders.check")" = \
    "$(awk '$1 == "together" {print $2, $3, $4}' "$work/orders.check")" ] || die "the archive does not have what is gone"
  say "and the new CRM has $(as_postgres -c 'SELECT count(*) FROM crm.orders') orders, which live on"
}

restore_ten() {
  database=gone as_postgres -c "SELECT '[\"' || id || '\"]' FROM orders ORDER BY id LIMIT 10" >"$work/keys.txt"
  run 0 restore --archive "$work/gone" --into "mariadb:///legacy_crm?defaults_file=$MARIA1_OPTION_FILE&group=client" \
    --table legacy_crm.orders --keys "$work/keys.txt" --config "$config"
  show <"$out"
  local ids
  ids=$(tr -d '[]"' <"$work/keys.txt" | paste -sd,)
  say "of those ten the old CRM has $(as_mariadb legacy_crm -e "SELECT count(*) FROM orders WHERE id IN ($ids)") again"
}

# The old tables of the new CRM were the way back. Now they go, as people sign it.
discard_old_tables() {
  local run_id
  run_id=$(newest_run)
  run 3 discard --config "$config" --run "$run_id" --propose "$work/drop.json"
  grep -h '^error' "$remarks" | show
  run 0 discard --config "$config" --run "$run_id" --give-up-way-back --propose "$work/drop.json"
  grep -v '^Next: ' "$out" | show
  sign grace "$work/drop.json" drop
  sign bob "$work/drop.json" drop
  run 0 discard --config "$config" --run "$run_id" --give-up-way-back --approved "$work/drop.json"
  view_shows
}

show_log() {
  run 0 log --config "$config" --export "$work/events.json"
  grep -E '^ +[0-9]+  20|^head' "$out" | show
  say "one name in the exported events is changed:"
  sed 's/Bob Hill/Rob Hill/' "$work/events.json" >"$work/forged.json"
  run 3 log --check "$work/forged.json"
  grep -h '^sluice' "$remarks" | show
}
