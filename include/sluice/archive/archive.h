#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/digest.h"
#include "sluice/model/name.h"

/// Archives: a folder of whole rows in row form, compressed, durable before anything that depends
/// on them is done. archive.md beside this header publishes the format.
namespace sluice::archive {

/// A column of the source as the archive holds it.
struct Column {
  std::string name;
  codec::Carrier carrier = codec::Carrier::text;
  std::string source_type;  ///< as the source's catalogue spells it; for people only

  friend bool operator==(const Column&, const Column&) = default;
};

/// A table of an archive.
struct TableHead {
  int number = 0;  ///< 1 to 999999, the caller's; one number is one table
  model::QualifiedName source;
  std::vector<Column> columns;   ///< all of the source's, in its order; at most 1600
  std::vector<std::size_t> key;  ///< indexes into `columns`; empty where the table has no key

  friend bool operator==(const TableHead&, const TableHead&) = default;
};

/// What an archive says of itself, fixed when it is made.
struct Head {
  std::string id;
  std::string manifest_sha256;  ///< of the manifest that asked for it; may be empty
  std::string run_id;
  model::Engine engine = model::Engine::postgresql;
  std::string source_identity;
  std::string source_database;
  std::string created_at;  ///< UTC, RFC 3339
  codec::DigestAlgorithm algorithm = codec::DigestAlgorithm::xxh3_128;
  std::uint64_t seed = 0;  ///< of the row hashes

  friend bool operator==(const Head&, const Head&) = default;
};

/// A batch of rows that is in the archive: written, flushed and read back.
struct Stored {
  std::string file;          ///< name within the archive's folder
  std::uint64_t offset = 0;  ///< where the batch begins in the file
  std::uint64_t bytes = 0;   ///< of the file; these bytes alone are a zstd stream of the rows
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;  ///< of the rows in row form
  codec::RowSetDigest digest;
  std::string sha256;  ///< of the compressed rows, without the records around them

  friend bool operator==(const Stored&, const Stored&) = default;
};

}  // namespace sluice::archive
