#include "sluice/codec/pg_types.h"

namespace sluice::codec {

CarrierChoice carrier_for_pg_column(const model::ColumnType& type) {
  if (type.kind == model::TypeKind::enumeration) return kEnumCarrier;
  if (type.kind != model::TypeKind::plain) return {};
  // A domain's schema is its own, not that of the type below. citext is the one extension type that
  // is sent as text is.
  const bool built_in = type.schema.empty() || type.domain || type.base == "citext";
  return built_in ? carrier_for_pg_type(type.base) : CarrierChoice{};
}

}  // namespace sluice::codec
