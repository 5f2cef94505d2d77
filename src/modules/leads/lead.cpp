// Conversion: one commit makes the account, the contact and the opportunity, and every interaction with the
// lead is linked to them, never copied.
#include "modules/leads/lead.h"

namespace fairlead::leads {
namespace {

// Copies values that both records have by name, where they are not empty.
void take(Patch& to, const Record& from, std::initializer_list<const char*> fields) {
    for (const char* field : fields)
        if (!from[field].empty()) to.set(field, from[field]);
}

Result<Id> account_for(ActionContext& context) {
    const Value& existing = context.parameter("account");
    if (existing.is<Id>()) {
        if (!context.records.visible(context.records.catalog().need("account"), existing.as<Id>()))
            return refuse(Why::invalid, "unknown_reference", "There is no such account", "account");
        return existing.as<Id>();
    }
    Patch account(context.records.catalog().need("account"));
    const Value& company = context.record["company"];
    account.set("name", company.empty() ? context.record["name"] : company);
    take(account, context.record, {"industry", "region", "owner", "team", "territory", "city", "country", "website", "phone"});
    return context.records.create(account);
}

Result<Id> contact_for(ActionContext& context, Id account) {
    const Value& existing = context.parameter("contact");
    if (existing.is<Id>()) {
        if (!context.records.visible(context.records.catalog().need("contact"), existing.as<Id>()))
            return refuse(Why::invalid, "unknown_reference", "There is no such contact", "contact");
        return existing.as<Id>();
    }
    Patch contact(context.records.catalog().need("contact"));
    contact.set("given_name", context.record["name"]).set("account", Value(account));
    take(contact, context.record, {"job_title", "email", "phone", "owner", "team", "territory", "do_not_contact"});
    return context.records.create(contact);
}

Result<Id> opportunity_for(ActionContext& context, Id account, Id contact) {
    if (context.parameter("opportunity_name").empty()) return Id{};
    Patch deal(context.records.catalog().need("opportunity"));
    deal.set("name", context.parameter("opportunity_name")).set("account", Value(account)).set("contact", Value(contact));
    deal.set("lead", Value(context.record.id()));
    take(deal, context.record, {"owner", "team", "territory", "source"});
    if (!context.parameter("amount").empty()) deal.set("amount", context.parameter("amount"));
    if (!context.parameter("close_date").empty()) deal.set("close_date", context.parameter("close_date"));
    WriteOptions options;
    options.through_action = true;
    options.as_system = true;  // `lead` is read-only to people
    return context.records.create(deal, options);
}

Result<void> link(Records& records, const char* entity_name, Id lead, Id account, Id contact, Id deal) {
    const EntityInfo& entity = records.catalog().need(entity_name);
    WriteOptions options;
    options.as_system = true;
    for (const Record& record : records.where(entity, "lead", Value(lead))) {
        Patch patch(entity);
        if (record["account"].empty()) patch.set("account", Value(account));
        if (record["contact"].empty()) patch.set("contact", Value(contact));
        if (deal && record["opportunity"].empty()) patch.set("opportunity", Value(deal));
        if (!patch.empty()) FAIRLEAD_TRY(records.update(record.id(), patch, options));
    }
    return {};
}

}  // namespace

Result<Value> convert_lead(ActionContext& context) {
    FAIRLEAD_ASSIGN(const Id account, account_for(context));
    FAIRLEAD_ASSIGN(const Id contact, contact_for(context, account));
    FAIRLEAD_ASSIGN(const Id deal, opportunity_for(context, account, contact));
    FAIRLEAD_TRY(link(context.records, "activity", context.record.id(), account, contact, deal));
    FAIRLEAD_TRY(link(context.records, "task", context.record.id(), account, contact, deal));
    Patch patch(context.entity);
    patch.set("status", "converted").set("converted_at", context.records.now());
    patch.set("account", Value(account)).set("contact", Value(contact));
    if (deal) patch.set("opportunity", Value(deal));
    WriteOptions options = context.write;
    options.as_system = true;
    options.expected_version.reset();  // checked when the action began; linking may have touched the lead
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(deal ? deal : account);
}

Result<Value> disqualify_lead(ActionContext& context) {
    Patch patch(context.entity);
    patch.set("status", "disqualified").set("disqualified_because", context.parameter("because"));
    WriteOptions options = context.write;
    options.as_system = true;
    FAIRLEAD_TRY(context.records.update(context.record.id(), patch, options));
    return Value(true);
}

}  // namespace fairlead::leads
