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
               database_roles=["reader", "mover", "remover"]),
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
