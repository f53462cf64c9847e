// The codec's claims about PostgreSQL, asked of a real server: what it sends, prints, takes and
// refuses.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <libpq-fe.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"

#include "support/postgres_server.h"
#include "unit/codec/golden_values.h"
#include "unit/codec/json_documents.h"
#include "unit/codec/random.h"

namespace sluice::codec {
namespace {

using sluice::test::PgSql;
using sluice::test::PostgresServer;

std::string quoted(const std::string& text) {
  std::string out = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string sql_name(Carrier carrier) { return std::string(to_string(carrier)); }

/// The function that sends a type's binary form.
std::string send_function(Carrier carrier) {
  const std::string name = sql_name(carrier);
  switch (carrier) {
    case Carrier::boolean:
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::float4:
    case Carrier::float8:
    case Carrier::text:
    case Carrier::bytea:
    case Carrier::oid:
      return name + "send";
    default:
      return name + "_send";
  }
}

/// What the server makes of a text: its own text and its binary form; nothing where it refuses.
struct Answer {
  std::string text;
  std::string binary;
  bool taken = false;
};

/// Asks about many texts of one carrier, a thousand at a time.
class Oracle {
 public:
  Oracle() : session_(PostgresServer::shared().conninfo()) {
    session_.query(
        "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET "
        "bytea_output = 'hex'; "
        "SET extra_float_digits = 1; SET client_encoding = 'UTF8'");
    session_.query(
        "CREATE FUNCTION pg_temp.ask(type text, send text, v text, OUT t text, OUT b text) "
        "LANGUAGE plpgsql AS $$ BEGIN "
        "EXECUTE format('SELECT %1$L::%2$s::text, encode(%3$s(%1$L::%2$s), ''hex'')', v, type, "
        "send) INTO t, b; "
        "EXCEPTION WHEN data_exception OR program_limit_exceeded OR feature_not_supported THEN t "
        ":= NULL; b := NULL; END $$");
  }

  std::vector<Answer> ask(Carrier carrier, const std::vector<std::string>& texts) {
    std::vector<Answer> out;
    for (std::size_t from = 0; from < texts.size(); from += 1000) {
      std::string values;
      for (std::size_t i = from; i < std::min(texts.size(), from + 1000); ++i) {
        values += (i > from ? ",(" : "(") + std::to_string(i) + "," + quoted(texts[i]) + ")";
      }
      const auto rows = session_.query(
          "SELECT (a).t, (a).b FROM (SELECT n, pg_temp.ask('" + sql_name(carrier) + "','" +
          send_function(carrier) + "', v) AS a FROM (VALUES " + values + ") q(n, v)) r ORDER BY n");
      for (const auto& row : rows) {
        Answer& answer = out.emplace_back();
        answer.taken = row[1].has_value();
        if (answer.taken) answer = {row[0].value(), from_hex(*row[1]).value(), true};
      }
    }
    REQUIRE(out.size() == texts.size());
    return out;
  }

 private:
  PgSql session_;
};

/// Texts that both should take: the bytes and the printed text must be the server's.
void compare(Carrier carrier, const std::vector<std::string>& texts) {
  const std::vector<Answer> answers = Oracle().ask(carrier, texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(sql_name(carrier), texts[i]);
    REQUIRE(answers[i].taken);
    std::string binary;
    REQUIRE(to_string(from_text(carrier, texts[i], binary).problem) == "none");
    REQUIRE(to_hex(binary) == to_hex(answers[i].binary));
    std::string text;
    REQUIRE(to_text(carrier, answers[i].binary, text));
    // PostgreSQL casts bool to the words, but prints the letters.
    REQUIRE(text == (carrier == Carrier::boolean ? answers[i].text.substr(0, 1) : answers[i].text));
    REQUIRE(is_well_formed(carrier, answers[i].binary));
  }
}

TEST_CASE("the golden vectors are what this server sends and prints") {
  std::map<Carrier, std::vector<std::string>> texts;
  for (const auto& golden : test::load_golden_values())
    texts[golden.carrier].push_back(golden.input);
  for (const auto& [carrier, inputs] : texts) {
    const std::vector<Answer> answers = Oracle().ask(carrier, inputs);
    std::size_t i = 0;
    for (const auto& golden : test::load_golden_values()) {
      if (golden.carrier != carrier) continue;
      CAPTURE(sql_name(carrier), golden.input);
      CHECK(to_hex(answers[i++].binary) == to_hex(golden.binary));
    }
  }
}

TEST_CASE("random numerics and floats have the server's bytes and texts") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  std::vector<std::string> numerics;
  std::vector<std::string> doubles;
  std::vector<std::string> floats;
  for (int i = 0; i < 10000; ++i) {
    numerics.push_back(test::random_number(random));
    std::string text;
    const auto bits = random.bits();
    REQUIRE(to_text(Carrier::float8, std::string(reinterpret_cast<const char*>(&bits), 8), text));
    doubles.push_back(text);
    text.clear();
    REQUIRE(to_text(Carrier::float4, std::string(reinterpret_cast<const char*>(&bits), 4), text));
    floats.push_back(text);
    // Few digits and small exponents: where the shortest text may be a tie.
    doubles.push_back(std::to_string(random.below(1000)) + "e" + std::to_string(random.below(40)));
  }
  compare(Carrier::numeric, numerics);
  compare(Carrier::float8, doubles);
  compare(Carrier::float4, floats);
}

TEST_CASE("random dates, times and intervals have the server's bytes and texts") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  std::map<Carrier, std::vector<std::string>> texts;
  const auto add = [&](Carrier carrier, const auto& value) {
    std::string text;
    if (to_text(carrier, value, text)) texts[carrier].push_back(text);
  };
  for (int i = 0; i < 5000; ++i) {
    std::string binary = random.bytes(0);
    std::string number(8, '\0');
    store_big_endian(number.data(), static_cast<std::uint64_t>(random.integer()));
    add(Carrier::timestamp, number);
    add(Carrier::timestamptz, number);
    store_big_endian(number.data(), random.below(86'400'000'001));
    add(Carrier::time, number);
    std::string offset(4, '\0');
    store_big_endian(offset.data(), static_cast<std::uint32_t>(
                                        static_cast<std::int32_t>(random.below(115'199)) - 57'599));
    add(Carrier::timetz, number + offset);
    store_big_endian(offset.data(), static_cast<std::uint32_t>(random.integer() % 3'000'000));
    add(Carrier::date, offset);
    std::string interval(16, '\0');
    // The server reads years, months and hours as 32-bit numbers, and 15 cannot read back all that
    // it prints.
    store_big_endian(interval.data(), static_cast<std::uint64_t>(random.integer() / 4));
    store_big_endian(interval.data() + 8, static_cast<std::uint32_t>(random.integer() % 1'000'000));
    store_big_endian(interval.data() + 12,
                     static_cast<std::uint32_t>(random.integer() % 1'000'000));
    add(Carrier::interval, interval);
  }
  for (const auto& [carrier, list] : texts) compare(carrier, list);
}

TEST_CASE("the other carriers agree with the server on random values") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  std::vector<std::string> uuids;
  std::vector<std::string> bits;
  std::vector<std::string> addresses;
  std::vector<std::string> blobs;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = random.bytes(0) + std::string(16, '\0');
    for (char& c : bytes) c = random.one_in(2) ? '\0' : static_cast<char>(random.bits());
    std::string text;
    REQUIRE(to_text(Carrier::uuid, bytes, text));
    uuids.push_back(text);
    text.clear();
    REQUIRE(to_text(Carrier::inet,
                    std::string("\x03", 1) + static_cast<char>(random.below(128)) +
                        std::string("\0\x10", 2) + bytes,
                    text));
    addresses.push_back(text);
    text.clear();
    REQUIRE(to_text(Carrier::inet,
                    std::string("\x02", 1) + static_cast<char>(random.below(32)) +
                        std::string("\0\x04", 2) + bytes.substr(0, 4),
                    text));
    addresses.push_back(text);
    text.clear();
    REQUIRE(to_text(Carrier::bytea, random.bytes(40), text));
    blobs.push_back(text);
    std::string digits(random.below(70), '0');
    for (char& c : digits) c = random.one_in(2) ? '0' : '1';
    bits.push_back(digits);
  }
  compare(Carrier::uuid, uuids);
  compare(Carrier::inet, addresses);
  compare(Carrier::bytea, blobs);
  compare(Carrier::varbit, bits);
}

TEST_CASE("the normal form of jsonb is the server's for 20,000 random documents") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  std::vector<std::string> documents;
  for (int i = 0; i < 20000; ++i) documents.push_back(test::random_json(random));
  const std::vector<Answer> answers = Oracle().ask(Carrier::jsonb, documents);
  JsonbNormalizer normalizer;
  int duplicates = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    CAPTURE(documents[i]);
    REQUIRE(answers[i].taken);
    const Problem problem = normalizer.normalize(documents[i]);
    REQUIRE((problem == Problem::none || problem == Problem::duplicate_json_key));
    REQUIRE(normalizer.text() == answers[i].text);
    duplicates += problem == Problem::duplicate_json_key ? 1 : 0;
  }
  CHECK(duplicates > 100);  // otherwise the generator has lost what it is for
}

TEST_CASE("damaged documents are refused exactly where the server refuses them") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  std::vector<std::string> documents;
  for (int i = 0; i < 20000; ++i) {
    const std::string json = test::damaged(test::random_json(random), random);
    // A text with invalid bytes or NUL cannot even be sent as a statement.
    JsonbNormalizer normalizer;
    const Problem problem = normalizer.normalize(json);
    if (problem == Problem::invalid_utf8) continue;
    if (json.find('\0') == std::string::npos) documents.push_back(json);
  }
  Oracle oracle;
  const std::vector<Answer> as_jsonb = oracle.ask(Carrier::jsonb, documents);
  const std::vector<Answer> as_json = oracle.ask(Carrier::json, documents);
  JsonbNormalizer normalizer;
  int refused = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    CAPTURE(documents[i]);
    const Problem problem = normalizer.normalize(documents[i]);
    const bool taken = problem == Problem::none || problem == Problem::duplicate_json_key;
    REQUIRE(taken == as_jsonb[i].taken);
    if (taken) REQUIRE(normalizer.text() == as_jsonb[i].text);
    REQUIRE((check_json(documents[i]) == Problem::none) == as_json[i].taken);
    refused += taken ? 0 : 1;
  }
  CHECK(refused > 1000);
}

struct FinishConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, FinishConnection>;

ExecStatusType run(PGconn* connection, const char* sql) {
  PGresult* const result = PQexec(connection, sql);
  const ExecStatusType status = PQresultStatus(result);
  INFO(PQerrorMessage(connection));
  PQclear(result);
  return status;
}

RowBuffer copied_out(PGconn* connection, const char* sql) {
  RowBuffer rows;
  REQUIRE(run(connection, sql) == PGRES_COPY_OUT);
  CopyDecoder decoder;
  char* piece = nullptr;
  for (int size = 0; (size = PQgetCopyData(connection, &piece, 0)) > 0; PQfreemem(piece)) {
    decoder.feed({piece, static_cast<std::size_t>(size)}, rows);
  }
  REQUIRE(decoder.at_end());
  PQclear(PQgetResult(connection));
  return rows;
}

void copy_in(PGconn* connection, const char* sql, const RowBuffer& rows) {
  REQUIRE(run(connection, sql) == PGRES_COPY_IN);
  for (const std::string_view part : {kCopyHeader, rows.bytes(), kCopyTrailer}) {
    REQUIRE(PQputCopyData(connection, part.data(), static_cast<int>(part.size())) == 1);
  }
  REQUIRE(PQputCopyEnd(connection, nullptr) == 1);
  PGresult* const result = PQgetResult(connection);
  INFO(PQerrorMessage(connection));
  CHECK(PQresultStatus(result) == PGRES_COMMAND_OK);
  PQclear(result);
  PQclear(PQgetResult(connection));
}

TEST_CASE(
    "rows written field by field are what COPY takes, and COPY sends them back byte for byte") {
  const Connection connection(PQconnectdb(PostgresServer::shared().conninfo().c_str()));
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  REQUIRE(run(connection.get(),
              "CREATE TEMP TABLE t (a int8, b int4, c int2, d bool, e float4, f float8, g numeric, "
              "h text, i bytea, j date, k interval, "
              "l jsonb, m bit(9), n oid)") == PGRES_COMMAND_OK);
  RowBuffer rows;
  JsonbNormalizer normalizer;
  for (int i = 0; i < 1000; ++i) {
    rows.begin_row(14);
    rows.put_int64(i);
    rows.put_int32(-i);
    rows.put_int16(static_cast<std::int16_t>(i));
    rows.put_bool(i % 2 == 0);
    rows.put_float4(static_cast<float>(i) / 3);
    rows.put_float8(i / 3.0);
    REQUIRE(put_numeric(rows, std::to_string(i) + ".50") == Problem::none);
    if (i % 3 == 0) {
      rows.put_null();
    } else {
      rows.put_bytes("text " + std::to_string(i));
    }
    rows.put_bytes(std::string_view("\0\xff", 2));
    rows.put_int32(i);
    rows.put_interval(i, i, i);
    REQUIRE(normalizer.normalize("{\"b\":" + std::to_string(i) + ",\"a\":[]}") == Problem::none);
    rows.put_jsonb(normalizer.text());
    std::string bits;
    REQUIRE(from_text(Carrier::varbit, "101010101", bits));
    rows.put_bytes(bits);
    rows.put_uint32(static_cast<std::uint32_t>(i));
    rows.end_row();
  }
  copy_in(connection.get(), "COPY t FROM STDIN (FORMAT binary)", rows);
  const RowBuffer back =
      copied_out(connection.get(), "COPY (SELECT * FROM t ORDER BY a) TO STDOUT (FORMAT binary)");
  CHECK(back.rows() == 1000);
  CHECK(back.bytes() == rows.bytes());
  const RowBuffer none =
      copied_out(connection.get(), "COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)");
  CHECK(none.empty());
}

}  // namespace
}  // namespace sluice::codec
