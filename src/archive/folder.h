#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/os/file_descriptor.h"

#include "archive/index.h"
#include "archive/names.h"
#include "archive/scan.h"

namespace sluice::archive {

[[nodiscard]] std::string path_in(const std::string& directory, std::string_view name);

/// The names in the folder, sorted, each with what it stands for. Throws Error{storage} where the
/// folder cannot be read, or is a symbolic link.
[[nodiscard]] std::vector<std::pair<std::string, NameKind>> list(const std::string& directory);

/// Makes the folder where there is none, for the owner only. Throws Error{storage} where one is
/// there that others may write to.
void make_folder(const std::string& directory);

/// Throws Error{storage} where one of the names is foreign, or no regular file; or where there are
/// files of an archive and no index.
void refuse_foreign(const std::string& directory,
                    const std::vector<std::pair<std::string, NameKind>>& names);

/// Keeps other writers out as long as the result lives. Throws Error{locked}.
[[nodiscard]] os::FileDescriptor lock_folder(const std::string& directory);

[[nodiscard]] std::string read_whole(const std::string& directory, std::string_view name);
[[nodiscard]] Index load_index(const std::string& directory);

/// Every data file's records, by the number of the table, in order. Throws DamagedFile where a file
/// is not of this archive, not the one that its name says, or where one of a table is missing.
[[nodiscard]] std::map<int, std::vector<DataFile>> scan_folder(
    const std::string& directory, const std::vector<std::pair<std::string, NameKind>>& names,
    const Head& head);

/// The same of one file, without its neighbours.
[[nodiscard]] DataFile scan_named(const std::string& directory, const std::string& name,
                                  const Head& head);

}  // namespace sluice::archive
