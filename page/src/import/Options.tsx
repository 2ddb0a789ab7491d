import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas, written } from "../api/client";
import { Complaint } from "../ui/States";
import { FORMATS, OPTIONS, type Option } from "./formats";
import { type Import, oneImport } from "./queries";

const ENCODINGS = ["utf-8", "utf-16", "windows-1252", "iso-8859-1", "windows-1251", "shift_jis", "gb18030"];
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the file cannot say: told here, it is looked at anew. */
export function Options({ found, isOpen }: { found: Import; isOpen: boolean }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (form: FormData) => {
      const given = (name: string) => String(form.get(name) ?? "").trim() || null;
      const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, given(name)]));
      const body = { source: given("source"), options } as Schemas["ImportChange"];
      const params = { path: { import_id: found.id }, header: written() };
      return answered(api.PATCH("/api/v1/imports/{import_id}", { params, body }));
    },
    onSuccess: (changed) => client.setQueryData(oneImport(found.id).queryKey, changed),
  });
  return (
    <details open={isOpen}>
      <summary>Read it differently</summary>
      <form
        className="options"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(new FormData(event.currentTarget));
        }}
      >
        <Field
          name="source"
          label="Source"
          value={found.source}
          hint="Use the same name for a newer export of the same chat."
        />
        <Field name="zone" list="zones" placeholder={HERE} {...of(found, "zone")} hint="For times that name none." />
        <Field name="date" type="datetime-local" {...of(found, "date")} hint="For a transcript or log without a day." />
        <Field name="channel" {...of(found, "channel")} hint="For a file that names none." />
        <Field name="author" {...of(found, "author")} hint="For notes of one person." />
        <Field name="encoding" list="encodings" {...of(found, "encoding")} hint="For an old code page." />
        <label className="field">
          {OPTIONS.format}
          <select name="format" defaultValue={found.options.format ?? ""}>
            <option value="">As recognised</option>
            {Object.entries(FORMATS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <Choices id="zones" all={Intl.supportedValuesOf("timeZone")} />
        <Choices id="encodings" all={ENCODINGS} />
        <button type="submit" className="button" disabled={change.isPending}>
          Read it again
        </button>
      </form>
      <Complaint error={change.error} />
    </details>
  );
}

function of(found: Import, name: Option) {
  return { label: OPTIONS[name], value: found.options[name] };
}

interface FieldProps {
  name: string;
  label: string;
  value: string | undefined;
  hint: string;
  type?: string;
  list?: string;
  placeholder?: string;
}

function Field({ label, value, hint, ...input }: FieldProps) {
  return (
    <label className="field">
      {label}
      <input {...input} defaultValue={value} maxLength={200} autoComplete="off" />
      <span className="why">{hint}</span>
    </label>
  );
}

function Choices({ id, all }: { id: string; all: string[] }) {
  return (
    <datalist id={id}>
      {all.map((each) => (
        <option key={each} value={each} />
      ))}
    </datalist>
  );
}
