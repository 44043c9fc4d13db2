/** What an order is, by that library of schemas. */
export const orderOf = (z) => z.object({ name: z.string().min(2), pieces: z.coerce.number().int().positive() });
