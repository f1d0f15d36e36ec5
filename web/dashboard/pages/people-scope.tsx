// SPDX-License-Identifier: Apache-2.0
// Role and projects of a person: in the invitation and on the person's page.
import * as api from "../api/routes.ts";
import type { Role } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { givable, rank } from "../lib/roles.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { CheckField, Choice, SelectField } from "../ui/field.tsx";
import { Loaded } from "../ui/page.tsx";

export interface Scope {
  role: Role;
  all: boolean;
  chosen: Readonly<Record<string, Role>>;
}

export function ScopeFields({ own, scope, onScope }: { own: Role; scope: Scope; onScope: (scope: Scope) => void }) {
  const data = useData(api.projects);
  const roles = givable(own);
  const toggle = (slug: string, on: boolean): void => {
    const { [slug]: _, ...rest } = scope.chosen;
    onScope({ ...scope, chosen: on ? { ...rest, [slug]: scope.role } : rest });
  };
  const lower = roles.filter((role) => rank(role) <= rank(scope.role));
  return (
    <>
      <Choice name="role" legend={t.people.role} value={scope.role} onValue={(role) => onScope({ ...scope, role: role as Role })} options={roles.map((role) => ({ value: role, text: t.roles.names[role], hint: t.roles.hints[role] }))} />
      <Choice name="scope" legend={t.people.projects} value={scope.all ? "all" : "some"} onValue={(value) => onScope({ ...scope, all: value === "all" })} options={[{ value: "all", text: t.people.allProjects, hint: t.people.allHint }, { value: "some", text: t.people.chosenProjects, hint: t.people.chosenHint }]} />
      {!scope.all && (
        <Loaded data={data} rows={2}>
          {({ results }) => (
            <ul class="rows">
              {results.map((project) => (
                <li key={project.slug}>
                  <div class="grow"><CheckField name={`project-${project.slug}`} label={project.name} code={project.slug} checked={project.slug in scope.chosen} onChecked={(on) => toggle(project.slug, on)} /></div>
                  {project.slug in scope.chosen && (
                    <SelectField bare name={`role-${project.slug}`} label={fill(t.people.roleIn, { project: project.name })} value={scope.chosen[project.slug] as Role} onValue={(role) => onScope({ ...scope, chosen: { ...scope.chosen, [project.slug]: role as Role } })} options={lower.map((role) => ({ value: role, text: t.roles.names[role] }))} />
                  )}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      )}
    </>
  );
}
