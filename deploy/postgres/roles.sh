#!/bin/sh
# Makes for each service a role that can log in and a database of its own, of
# the same name, that no other role can connect to. What is there already stays;
# the passwords are set to those given.
#
#   roles.sh [SERVICE…]
#
# Connects as a superuser: in a container of the image postgres (this is a script
# for its /docker-entrypoint-initdb.d) as it is made, elsewhere as psql does by
# PGHOST, PGPORT, PGUSER and PGPASSWORD. A role's password is in the environment
# as CATALOG_PASSWORD, or in the file that CATALOG_PASSWORD_FILE names.
set -eu

if [ $# -eq 0 ]; then
  set -- catalog design transition operations improvement
fi

# The text on standard input is SQL; psql's :'role' and :'password' are the service's.
superuser() {
  psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 \
    --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname "${POSTGRES_DB:-${PGDATABASE:-postgres}}" "$@"
}

for service in "$@"; do
  upper="$(echo "$service" | tr '[:lower:]-' '[:upper:]_')"
  eval "password=\${${upper}_PASSWORD:-} file=\${${upper}_PASSWORD_FILE:-}"
  if [ -z "$password" ] && [ -n "$file" ]; then
    password="$(cat "$file")"
  fi
  if [ -z "$password" ]; then
    echo "roles.sh: the role $service needs a password, in ${upper}_PASSWORD or a file named by ${upper}_PASSWORD_FILE" >&2
    exit 1
  fi
  # By the environment: the arguments of a process are there for all to read.
  CICLO_ROLE_PASSWORD="$password" superuser --set role="$service" <<'SQL'
\getenv password CICLO_ROLE_PASSWORD
-- The server's log shall not have the password either.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

SELECT format('CREATE ROLE %I', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
              :'role', :'password') \gexec

-- The locale C: text is ordered by its bytes, on every machine and by every version.
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C''', :'role', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'role') \gexec
SQL
  echo "roles.sh: $service has its role and its database"
done

# Nobody needs the superuser's databases but the superuser.
superuser <<'SQL'
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
SQL
