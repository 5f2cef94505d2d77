// A PostgreSQL cluster for tests: started once a process on a Unix socket in a folder of its own, stopped and
// removed at the end. As root it runs under the user `postgres`, because PostgreSQL refuses to run as root.
#pragma once
#include <string>

namespace fairlead::testing {

// The address of a fresh, empty database ("postgresql:///name?host=...&user=postgres"); empty where PostgreSQL
// is not installed, after saying so once on the standard error. FAIRLEAD_TEST_POSTGRES may name a folder with the
// socket of a running cluster to be used instead. With `like`, the address of such a database that nobody is
// connected to: a copy of it.
std::string fresh_postgres_database(const std::string& like = {});

// Ends the server as a crash does and starts it again. False where the cluster is not ours to end.
bool crash_and_restart_postgres();

}  // namespace fairlead::testing
