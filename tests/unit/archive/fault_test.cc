// What is left of an archive after a writer died, a disk was full, or bits changed.

#include <csignal>
#include <cstdlib>
#include <functional>

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "unit/archive/fixture.h"

namespace sluice::archive {
namespace {

using codec::RowBuffer;
using model::ErrorKind;
using test::Place;

constexpr const char* kData = ".copy.zst";

std::string row_bytes(std::int64_t first, std::size_t count) {
  return std::string(test::rows(first, count).bytes());
}

/// The kind of the error that `work` throws, and its message in `message`.
template <typename Work>
ErrorKind kind_of(Work work, std::string* message = nullptr) {
  try {
    work();
  } catch (const model::Error& error) {
    if (message != nullptr) *message = error.what();
    return error.kind();
  }
  FAIL("nothing was thrown");
  return ErrorKind::internal;
}

/// Two batches of 3 rows in one file; `ends` are the bytes at which each is stored.
struct Small {
  Place place;
  std::string path;  // of the data file
  std::string bytes;
  std::vector<std::size_t> ends;

  explicit Small(bool finish) {
    Writer writer = Writer::open(place.path(), test::head());
    for (const std::int64_t first : {1, 4}) {
      const Stored stored = writer.append(test::table(), test::rows(first, 3));
      ends.push_back(static_cast<std::size_t>(stored.offset + stored.bytes));
    }
    if (finish) writer.finish();
    path = test::files(place.path(), kData).at(0).string();
    bytes = test::slurp(path);
  }
  /// The rows of the batches that end at or before this byte.
  [[nodiscard]] std::string stored_up_to(std::size_t byte) const {
    return byte >= ends[1] ? row_bytes(1, 6) : byte >= ends[0] ? row_bytes(1, 3) : std::string();
  }
};

TEST_CASE("of a file cut at any byte, with or without rubbish behind, what was stored is kept") {
  const Small small(false);
  const std::size_t begin = small.bytes.find("\"record\":\"batch\"") - 8 - 64 - 2;
  const std::vector<std::string> rubbish{
      "", "x", std::string(700, '\0'), "?" + std::string(50, '\n'), small.bytes.substr(begin, 40)};
  for (std::size_t cut = begin; cut <= small.bytes.size(); ++cut) {
    const std::string& behind = rubbish[cut % rubbish.size()];
    CAPTURE(cut, behind);
    test::spit(small.path, small.bytes.substr(0, cut) + behind);
    const std::string stored = small.stored_up_to(cut);
    {
      const Reader reader = Reader::open(small.place.path());
      REQUIRE(test::bytes_of(reader) == stored);
    }
    const bool tail =
        cut + behind.size() > 0 && cut != begin && cut != small.ends[0] && cut != small.ends[1];
    REQUIRE(check(small.place.path()).empty() == (!tail && behind.empty()));
    {
      Writer writer = Writer::open(small.place.path(), test::head());
      REQUIRE(writer.last_stored(1).has_value() == !stored.empty());
      static_cast<void>(writer.append(test::table(), test::rows(9, 2)));
    }
    REQUIRE(test::bytes_of(Reader::open(small.place.path())) == stored + row_bytes(9, 2));
    REQUIRE(check(small.place.path()).empty());
    for (const auto& aside : test::files(small.place.path(), ".cut")) {
      REQUIRE((small.bytes.substr(0, cut) + behind).ends_with(test::slurp(aside)));
      std::filesystem::remove(aside);
    }
  }
}

TEST_CASE("a bit that changed anywhere in a file is found, with the file's name and a place") {
  for (const bool finished : {false, true}) {
    const Small small(finished);
    for (const auto& entry : std::filesystem::directory_iterator(small.place.path())) {
      const std::string path = entry.path().string();
      const std::string name = entry.path().filename().string();
      const std::string sound = test::slurp(path);
      for (std::size_t byte = 0; byte < sound.size(); ++byte) {
        std::string damaged = sound;
        damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << byte % 8));
        test::spit(path, damaged);
        const std::vector<Damage> damages = check(small.place.path());
        CAPTURE(name, byte, finished);
        REQUIRE(!damages.empty());
        REQUIRE(damages[0].file == name);
        REQUIRE(damages[0].offset <= byte);
        REQUIRE(!damages[0].what.empty());
      }
      test::spit(path, sound);
    }
    CHECK(check(small.place.path()).empty());
  }
}

TEST_CASE("a writer never cuts off a batch that stands behind a damaged one") {
  const Small small(false);
  for (std::size_t byte = 0; byte < small.ends[0]; ++byte) {
    std::string damaged = small.bytes;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x10);
    test::spit(small.path, damaged);
    CAPTURE(byte);
    try {
      // Rows are not read when a writer goes on: their damage is check()'s.
      const Writer writer = Writer::open(small.place.path(), test::head());
      REQUIRE(writer.last_stored(1).has_value());
    } catch (const model::Error& error) {
      REQUIRE(error.kind() == ErrorKind::data);
    }
    REQUIRE(test::slurp(small.path) == damaged);
  }
}

TEST_CASE("reading damaged rows throws, and names file and byte") {
  const Small small(true);
  std::string damaged = small.bytes;
  damaged[small.ends[0] - 200] = static_cast<char>(damaged[small.ends[0] - 200] ^ 1);
  test::spit(small.path, damaged);
  const Reader reader = Reader::open(small.place.path());
  std::string message;
  CHECK(kind_of([&] { static_cast<void>(test::bytes_of(reader)); }, &message) == ErrorKind::data);
  CHECK(message.find("000001.shop.person.000001.copy.zst is damaged at byte ") == 0);
}

TEST_CASE("files that are missing, cut, swapped or added are found") {
  const Place place;
  {
    WriterOptions small;
    small.file_bytes = 1;
    Writer writer = Writer::open(place.path(), test::head(), small);
    for (int i = 0; i < 3; ++i) {
      static_cast<void>(writer.append(test::table(), test::rows(i * 10, 3)));
    }
    static_cast<void>(writer.append(test::table(2, "other"), test::rows(1, 3)));
    writer.finish();
  }
  const auto all = test::files(place.path(), kData);
  REQUIRE(all.size() == 4);
  const auto found = [&] {
    CHECK(!check(place.path()).empty());
    CHECK(kind_of([&] { static_cast<void>(Reader::open(place.path())); }) == ErrorKind::data);
  };
  std::vector<std::string> bytes;
  for (const auto& path : all) bytes.push_back(test::slurp(path));
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::filesystem::remove(all[i]);
    found();
    test::spit(all[i], bytes[(i + 1) % all.size()]);
    found();
    test::spit(all[i], bytes[i].substr(0, bytes[i].size() - 1));
    found();
    test::spit(all[i], bytes[i]);
  }
  CHECK(check(place.path()).empty());
  const std::string extra = all[3].string().replace(all[3].string().find("other"), 5, "again");
  test::spit(extra, bytes[3]);
  found();
}

TEST_CASE("a folder with foreign things, links or without its index is refused") {
  Place place;
  const auto refused = [&](ErrorKind kind = ErrorKind::storage) {
    CHECK(kind_of([&] { static_cast<void>(Writer::open(place.path(), test::head())); }) == kind);
  };
  const std::filesystem::path path = place.path();
  const std::filesystem::path elsewhere = place.folder().path() / "elsewhere";
  SECTION("another file") {
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    test::spit(path / "notes.txt", "mine");
    refused();
    CHECK(test::slurp(path / "notes.txt") == "mine");
  }
  SECTION("the folder is a link") {
    std::filesystem::create_directory(elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, path);
    refused();
    CHECK(std::filesystem::is_empty(elsewhere));
  }
  SECTION("others may write to it") {
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::all);
    refused();
  }
  SECTION("the folder is a file, or its parent is not there") {
    test::spit(path, "x");
    refused();
    CHECK(kind_of([&] { static_cast<void>(Writer::open("/nowhere/at/all", test::head())); }) ==
          ErrorKind::storage);
  }
  SECTION("a data file is a link") {
    static_cast<void>(
        Writer::open(place.path(), test::head()).append(test::table(), test::rows(1, 1)));
    const auto data = test::files(place.path(), kData).at(0);
    std::filesystem::rename(data, elsewhere);
    std::filesystem::create_symlink(elsewhere, data);
    refused();
    CHECK(!check(place.path()).empty());
  }
  SECTION("the lock is a link") {
    std::filesystem::create_directory(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::create_symlink(elsewhere, path / "archive.lock");
    refused();
    CHECK(!std::filesystem::exists(elsewhere));
  }
  SECTION("the index is gone") {
    static_cast<void>(
        Writer::open(place.path(), test::head()).append(test::table(), test::rows(1, 1)));
    std::filesystem::remove(path / "archive.json");
    refused();
  }
}

TEST_CASE("an archive with another head, or a finished one, is not written to") {
  const Place place;
  static_cast<void>(Writer::open(place.path(), test::head()));
  const std::vector<std::function<void(Head&)>> changes{
      [](Head& head) { head.id = "x"; },
      [](Head& head) { head.manifest_sha256 = "x"; },
      [](Head& head) { head.run_id = "x"; },
      [](Head& head) { head.engine = model::Engine::mysql; },
      [](Head& head) { head.source_identity = "x"; },
      [](Head& head) { head.source_database = "x"; },
      [](Head& head) { head.created_at = "x"; },
      [](Head& head) { head.algorithm = codec::DigestAlgorithm::sha256; },
      [](Head& head) { head.seed = 1; }};
  for (const auto& change : changes) {
    Head other = test::head();
    change(other);
    CHECK(kind_of([&] { static_cast<void>(Writer::open(place.path(), other)); }) ==
          ErrorKind::drift);
  }
  seal(place.path());
  CHECK(kind_of([&] { static_cast<void>(Writer::open(place.path(), test::head())); }) ==
        ErrorKind::storage);
}

TEST_CASE("one writer at a time") {
  const Place place;
  {
    const Writer first = Writer::open(place.path(), test::head());
    std::string message;
    CHECK(kind_of([&] { static_cast<void>(Writer::open(place.path(), test::head())); }, &message) ==
          ErrorKind::locked);
    CHECK(message.find(place.path() + "/archive.lock") != std::string::npos);
    CHECK(Reader::open(place.path()).tables().empty());
  }
  static_cast<void>(Writer::open(place.path(), test::head()));
}

/// What `work` makes of a child process, as waitpid() says it.
int status_of_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      work();
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_CASE("a full disk is an error that names file and byte, and nothing stored is lost") {
  // Limits from the first file's beginning to some way into the third batch.
  for (rlim_t limit = 300; limit < 20'000; limit += 700) {
    const Place place;
    CAPTURE(limit);
    const std::string count = (place.folder().path() / "count").string();
    const int status = status_of_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit most{limit, limit};
      if (::setrlimit(RLIMIT_FSIZE, &most) != 0) ::_exit(98);
      std::string stored;
      try {
        Writer writer = Writer::open(place.path(), test::head());
        std::string text(6000, 'x');
        std::uint32_t noise = 1;
        for (char& c : text)
          c = static_cast<char>(' ' + ((noise = noise * 1664525 + 1) >> 24) % 90);
        for (int i = 0; i < 4; ++i) {
          try {
            static_cast<void>(writer.append(test::table(), test::rows(i, 1, text)));
            test::spit(count, stored += "x");
          } catch (const model::Error& error) {
            const std::string what = error.what();
            const bool named = what.find(place.path()) != std::string::npos;
            if (error.kind() != ErrorKind::storage || !named) ::_exit(97);
            // It stays failed.
            try {
              static_cast<void>(writer.append(test::table(), test::rows(i, 1)));
              ::_exit(96);
            } catch (const model::Error& again) {
              if (again.kind() != ErrorKind::storage) ::_exit(95);
            }
            ::_exit(1);
          }
        }
      } catch (const model::Error& error) {
        ::_exit(error.kind() == ErrorKind::storage ? 2 : 94);
      }
    });
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) <= 2);
    const std::size_t stored = test::slurp(count).size();
    Writer writer = Writer::open(place.path(), test::head());
    writer.finish();
    const Reader reader = Reader::open(place.path());
    CHECK((reader.tables().empty() ? 0 : reader.tables()[0].rows) == stored);
    CHECK(check(place.path()).empty());
  }
}

/// How this program ends when it runs the test case `name` in a process of its own, which a kill
/// point may end.
int status_of_case(const std::string& name, const std::string& kill_at, const std::string& folder) {
  return status_of_child([&] {
    ::setenv("SLUICE_KILL_AT", kill_at.c_str(), 1);    // NOLINT(concurrency-mt-unsafe)
    ::setenv("SLUICE_TEST_PLACE", folder.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    const std::string self = "/proc/self/exe";
    const int output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(output, STDOUT_FILENO);
    ::execl(self.c_str(), self.c_str(), name.c_str(), static_cast<char*>(nullptr));
  });
}

std::string place_of_child() {
  const char* const place = ::getenv("SLUICE_TEST_PLACE");  // NOLINT(concurrency-mt-unsafe)
  return place == nullptr ? std::string() : place;
}

TEST_CASE("child: writes four batches and finishes", "[.]") {
  const std::filesystem::path folder = place_of_child();
  REQUIRE(!folder.empty());
  WriterOptions small;
  small.file_bytes = 2000;
  Writer writer = Writer::open((folder / "archive").string(), test::head(), small);
  std::string stored;
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(writer.append(test::table(), test::rows(i, 1)));
    test::spit(folder / "count", stored += "x");
  }
  writer.finish();
}

TEST_CASE("child: takes the newest batch back", "[.]") {
  const std::filesystem::path folder = place_of_child();
  REQUIRE(!folder.empty());
  Writer writer = Writer::open((folder / "archive").string(), test::head());
  writer.take_back(1, writer.last_stored(1).value());
}

/// What a writer of four batches that was killed has left must hold what it was told is stored.
void require_all_stored(const Place& place) {
  const std::size_t stored = test::slurp(place.folder().path() / "count").size();
  if (!std::filesystem::exists(place.path() + "/archive.json")) {
    REQUIRE(stored == 0);
    static_cast<void>(Writer::open(place.path(), test::head()));
  }
  if (!Reader::open(place.path()).finished()) seal(place.path());
  const Reader reader = Reader::open(place.path());
  const std::uint64_t found = reader.tables().empty() ? 0 : reader.tables()[0].rows;
  // A batch may be stored whose writer did not live to say so; never the other way round.
  CHECK((found == stored || found == stored + 1));
  std::string expected;
  for (std::uint64_t i = 0; i < found; ++i) {
    expected += row_bytes(static_cast<std::int64_t>(i), 1);
  }
  if (!reader.tables().empty()) CHECK(test::bytes_of(reader) == expected);
  CHECK(check(place.path()).empty());
}

TEST_CASE("killed at any point, an archive holds what was stored and can be gone on with") {
  // With how often a writer of four batches and two files passes them.
  const std::vector<std::pair<std::string, int>> points{
      {"archive-begun", 1},          {"archive-ddl-written", 1},   {"archive-file-written", 2},
      {"archive-file-named", 2},     {"archive-batch-begun", 4},   {"archive-rows-written", 4},
      {"archive-rows-flushed", 4},   {"archive-rows-compared", 4}, {"archive-record-written", 4},
      {"archive-record-flushed", 4}, {"archive-end-begun", 2},     {"archive-end-flushed", 2},
      {"archive-files-closed", 1},   {"archive-finished", 1}};
  for (const auto& [point, passes] : points) {
    for (int pass = 1; pass <= passes; ++pass) {
      const Place place;
      const std::string at = point + ":" + std::to_string(pass);
      CAPTURE(at);
      const int status = status_of_case("child: writes four batches and finishes", at,
                                        place.folder().path().string());
      REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
      require_all_stored(place);
    }
  }
}

TEST_CASE("killed while a tail is cut or a batch taken back, the next writer goes on") {
  for (const std::string point : {"archive-tail-kept", "archive-taken-back"}) {
    CAPTURE(point);
    const Small small(false);
    if (point == "archive-tail-kept") {
      test::spit(small.path, small.bytes.substr(0, small.ends[1] - 1));
    }
    const int status = status_of_case("child: takes the newest batch back", point,
                                      small.place.folder().path().string());
    REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    seal(small.place.path());
    CHECK(test::bytes_of(Reader::open(small.place.path())) == row_bytes(1, 3));
    CHECK(check(small.place.path()).empty());
  }
}

}  // namespace
}  // namespace sluice::archive
