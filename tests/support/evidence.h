#pragma once

#include <string>

#include "support/postgres_server.h"
#include "support/sql.h"
#include "support/team.h"

/// What an auditor makes of the files of a retirement of one table, by stock ssh-keygen, sha256sum,
/// PostgreSQL's own JSON and the formats' pages: nothing of sluice is in it.
namespace sluice::test {

struct Evidence {
  std::string document;  ///< what people signed, of kind `retire`; their signatures lie beside it
  std::string manifest;  ///< its proof lies beside it
  std::string policy;
  std::string archive;  ///< the folder in which the rows were found
};

/// What is wrong, a line each, or nothing: the document bears the signatures that a team's policy
/// asks for, it names this manifest, policy and archive, the manifest names the proof, no more rows
/// are gone than were signed for, and each of them is in the proof by its key and by all of its
/// values. `gone`: what people call the row, its key and the row as the plan reads it, in row form,
/// in hex. `reader` parses JSON.
[[nodiscard]] std::string faults_of(const Evidence& evidence, const Team& team, const Rows& gone,
                                    const PostgresDatabase& reader);

}  // namespace sluice::test
